"""What registrants do to pay, and what organizers say of money that only they can see."""

import asyncio
import time

from tests.acceptance.driving.desk import LOOK_AGAIN, PATIENCE
from tests.acceptance.driving.line import Fault
from tests.acceptance.driving.operations import Answer
from tests.acceptance.driving.organizing import Organizing
from tests.acceptance.driving.words import new_id

PAID = ("COMPLETED", "REFUNDED")
ENDED = ("confirmed", "refunded", "cancelled", "sold_out", "expired")
HELD = ("HELD", "PARTLY_HELD")


class Paying(Organizing):
    """The verbs about money. Each answers with the order; `order`: whose order is meant, one's own by default."""

    async def enter_details(
        self, who: str, *, name: str | None = None, order: str | None = None, key: object = None, **details: str
    ) -> Answer:
        """The order with its registrant, by which a free one is confirmed. `details`: email, first_name, last_name."""
        answer = await self._on_order(who, "enterDetails", order, key, registrant=self._person(name or who, **details))
        if answer.get("state") != "confirmed":
            return answer
        known = self._order(who, order)
        return self._told(known, await self._until(known, lambda said: bool(said["seats"])))

    async def start_payment(
        self, who: str, *, by: str | None = None, order: str | None = None, key: object = None
    ) -> Answer:
        """The order with a payment that waits, for `pay`, or `by` transfer for the organizer to record it."""
        known, payment_id = self._order(who, order), self._id(key, "payment")
        method = None if by is None else by.upper()
        answer = await self._on_order(who, "startPayment", order, key, paymentId=payment_id, gateway=method)
        if "refused" in answer:
            return answer

        def is_begun(said: Answer) -> bool:
            over, payment = said["state"].lower() in ENDED, said["payment"]
            there = payment and (payment["payAt"] or payment["method"] == "TRANSFER" or payment["state"] in PAID)
            return bool(payment and (over or there))

        said = await self._until(known, is_begun)
        known |= {"payment_id": payment_id, "pay_at": said["payment"]["payAt"]}
        return self._told(known, said)

    async def pay(
        self,
        who: str,
        *,
        outcome: str = "accept",
        by: str | None = None,
        order: str | None = None,
        key: object = None,
    ) -> Answer:
        """The order after the gateway's page was told the `outcome`: accept, reject or abandon.

        Without a payment that waits, one is started first; an order that is confirmed already is answered as it is.
        `by` transfer nobody is told anything: the order waits for the organizer.
        """
        known = self._order(who, order)
        if (
            (now := await self._read(known))
            and now["state"] in HELD
            and now["registrant"]
            and not now["total"]["amount"]
        ):
            return await self._on_order(who, "enterDetails", order, key, registrant=now["registrant"])  # that takes it
        if by == "transfer":
            return await self.start_payment(who, by=by, order=order, key=key)
        if "pay_at" not in known:
            if (now := await self._read(known)) and now["state"] == "CONFIRMED":
                return self._told(known, now)
            answer = await self.start_payment(who, order=order, key=key)
            if "refused" in answer or (known["pay_at"] is None and answer["state"] in ENDED):
                return answer
        if page := known["pay_at"]:  # otherwise it was paid before, and nobody was told
            await self._choose(who, page, outcome)
        del known["pay_at"]

        def is_settled(said: Answer) -> bool:
            paid, state = said["payment"] and said["payment"]["state"], said["state"]
            if outcome != "accept":
                return paid in ("REJECTED", "CANCELLED") or state.lower() in ENDED
            return paid == "REFUNDED" or (state == "CONFIRMED" and bool(said["seats"]))

        return self._told(known, await self._until(known, is_settled))

    async def _choose(self, who: str, page: str, outcome: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while (status := await self.line.form(who, page, {"choice": outcome})) == 503 and time.monotonic() < deadline:
            await asyncio.sleep(LOOK_AGAIN)  # nobody heard, for load
        if status != 303:
            raise Fault(f"The gateway's page answers {status}.")

    async def abandon_payment(self, who: str, *, order: str | None = None, key: object = None) -> Answer:
        """The order after its registrant turned back without paying."""
        known = self._order(who, order)
        known.pop("pay_at", None)
        return await self._on_order(who, "abandonPayment", order, key, paymentId=known.get("payment_id") or new_id())

    async def record_transfer(self, who: str = "organizer", *, order: str, key: object = None) -> Answer:
        """Somebody's order after the organizer said that its transfer has come, and what followed from that."""
        known = self._order(who, order)
        answer = await self._do(who, "recordTransfer", key, paymentId=known.get("payment_id") or new_id())
        if "refused" in answer:
            return answer

        def is_settled(said: Answer) -> bool:
            return bool(said["refunds"]) or (said["state"] == "CONFIRMED" and bool(said["seats"]))

        return self._told({}, await self._until(known, is_settled))

    async def record_refund(
        self, who: str = "organizer", *, order: str, number: int | None = None, key: object = None
    ) -> Answer:
        """Somebody's order after the organizer has paid a refund back by hand: that of a `number`, or the first due."""
        known = self._order(who, order)
        said = await self._until(known, lambda said: any(refund["due"] for refund in said["refunds"]))
        due = [refund for refund in said["refunds"] if refund["due"] and number in (None, refund["number"])]
        payment, which = (due[0]["paymentId"], due[0]["number"]) if due else (new_id(), number or 0)
        answer = await self._do(who, "recordRefund", key, paymentId=payment, number=which)
        return answer if "refused" in answer else self._told({}, answer["order"])
