"""What is read from a log after an attack: each thing that must not be is noticed and said."""

import re
from typing import Any
from uuid import UUID

import pytest

from tests import invariants

ONE, TWO = UUID(int=1), UUID(int=2)


def event(position: int, command: UUID = ONE, causation: str = "request", **more: Any) -> dict[str, Any]:
    metadata = {"command": str(command), "correlation": str(ONE), "causation": causation, "actor": "anyone"}
    return {"position": position, "stream": "seats-1", "type": "Changed", "metadata": metadata, "data": {}} | more


def level(position: int, held: int, sold: int, quota: int) -> dict[str, Any]:
    return event(position, data={"levels": [{"seat_type_id": "GA", "held": held, "sold": sold, "quota": quota}]})


def line(position: int, kind: str, order: str, waiting: int) -> dict[str, Any]:
    return event(position, type=kind, data={"seat_type_id": "GA", "order_id": order, "waiting": waiting})


JOINED = [line(1, "WaitlistJoined", "a", 1), line(2, "WaitlistJoined", "b", 2)]
EXTENDED = [(1, "OrderPlaced"), (2, "HoldExtended")]
CODE = event(1, type="CodeCreated", data={"limit": 1})


def entry(position: int, order: str, kind: str = "EntryAdded") -> dict[str, Any]:
    return event(position, type=kind, data={"subject": "ada", "seat_type_id": "ga", "order_id": order})


def money(position: int, kind: str, number: int = 0, amount: int = 5, gateway: str = "test") -> dict[str, Any]:
    data = {"number": number, "amount": amount, "gateway": gateway}
    return event(position, type=kind, stream="payment-1", data=data)


def test_what_is_well_is_let_pass() -> None:
    log = [level(1, 4, 4, 10), level(2, 4, 4, 5), level(3, 3, 4, 5), event(4, TWO, "event 2"), event(5, TWO, "event 2")]
    invariants._never_oversold(log)
    invariants._caused(log)
    invariants._once(log, {ONE: 3, TWO: 5}, {TWO})
    invariants._ended_or_timed([event(1, type="OrderPlaced")], {1}, 1)
    invariants._in_turn([*JOINED, line(3, "SeatsOffered", "a", 1), line(4, "WaitlistLeft", "b", 0)], 4)
    invariants._in_no_line_twice([entry(1, "a"), entry(2, "a", "EntryEnded"), entry(3, "b")], 3)
    invariants._no_code_twice([CODE, event(2, type="UseReserved", data={"used": 1})])
    paid, asked, by_hand = money(1, "PaymentCompleted"), money(2, "RefundRequested"), "transfer"
    invariants._refunded([paid, asked, money(3, "PaymentRefunded")], 3)
    invariants._refunded([paid, asked], 1)
    invariants._refunded([paid, money(2, "RefundRequested", gateway=by_hand)], 2)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda: invariants._in_order([event(2, version=1)]), "event 1 is missing"),
        (lambda: invariants._in_order([event(1, version=2)]), "should be number 1"),
        (lambda: invariants._once([event(1)], {ONE: 1}, {TWO}), "acknowledged and are not stored"),
        (lambda: invariants._once([event(1)], {}, set()), "a command that is not stored"),
        (lambda: invariants._once([event(1), event(2, TWO), event(3)], {ONE: 3, TWO: 2}, set()), "more than once"),
        (lambda: invariants._caused([event(1, TWO, "event 1")]), "no earlier one"),
        (lambda: invariants._caused([event(1, TWO)]), "chain of another command"),
        (lambda: invariants._caused([event(1, ONE, "")]), "does not say where it comes from"),
        (lambda: invariants._never_oversold([level(1, -1, 0, 5)]), "-1 seats are held"),
        (lambda: invariants._never_oversold([level(1, 3, 3, 5)]), "oversells"),
        (lambda: invariants._never_oversold([level(1, 4, 4, 9), level(2, 4, 4, 5), level(3, 5, 4, 5)]), "event 3 over"),
        (lambda: invariants._ended_or_timed([event(1, type="OrderPlaced")], set(), 1), "never ends"),
        (lambda: invariants._ended_or_timed([event(n, type=t) for n, t in EXTENDED], {1}, 2), "event 2 never ends"),
        (lambda: invariants._in_turn([*JOINED, line(3, "SeatsOffered", "b", 1)], 3), "event 3 overtakes"),
        (lambda: invariants._in_turn([*JOINED, line(3, "SeatsOffered", "a", 0)], 3), "event 3 miscounts"),
        (lambda: invariants._in_turn([event(1, type="OrderWaitlisted", data={"order_id": "a"})], 1), "waits nowhere"),
        (lambda: invariants._in_no_line_twice([entry(1, "a"), entry(2, "b")], 2), "event 2 lets somebody"),
        (lambda: invariants._in_no_line_twice([entry(1, "a"), entry(2, "a", "OrderOffered")], 2), "waits no more"),
        (lambda: invariants._no_code_twice([CODE, event(2, type="UseReserved", data={"used": 2})]), "too often"),
        (
            lambda: invariants._refunded([money(1, "PaymentCompleted"), money(2, "RefundRequested")], 2),
            "nothing became",
        ),
        (
            lambda: invariants._refunded(
                [money(1, "PaymentCompleted"), *(money(n, "RefundRequested") for n in (2, 3))], 0
            ),
            "a second time",
        ),
        (
            lambda: invariants._refunded([money(1, "PaymentCompleted"), money(2, "RefundRequested", amount=6)], 0),
            "6 of 5 are to go back",
        ),
    ],
)
def test_what_is_not_is_said(broken: Any, said: str) -> None:
    with pytest.raises(AssertionError, match=re.escape(said)):
        broken()
