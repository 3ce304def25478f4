"""An order: seats that a registrant wants, is granted until a deadline, gets by paying in time, and may give up."""

from datetime import timedelta
from typing import Final, get_args

from plenary.engine.decider import Decider, Refusal
from plenary.registration.order_cancelling import cancel
from plenary.registration.order_commands import (
    ApplyCode,
    CancelOrder,
    CancelSeats,
    ChangeItems,
    Command,
    ConfirmOrder,
    EndWaiting,
    EnterDetails,
    ExpireOrder,
    ExtendHold,
    PlaceOrder,
    RecordGrant,
    RecordOffer,
    RecordUse,
    RemoveCode,
    RequestPayment,
    ResendConfirmation,
    WaitForSeats,
)
from plenary.registration.order_events import (
    ConfirmationResent,
    Event,
    OrderCancelled,
    OrderExpired,
    OrderHeld,
    OrderPlaced,
    OrderSoldOut,
    PaymentReturned,
)
from plenary.registration.order_holding import (
    apply_code,
    change,
    enter,
    extend,
    offered,
    remove_code,
    request_payment,
    wait,
)
from plenary.registration.order_lines import as_items, granted_lines, lines_for
from plenary.registration.order_paying import buys, confirmed, paid_too_late, retaken, why_returned
from plenary.registration.order_prices import price
from plenary.registration.order_refusals import (
    JustResent,
    OrderExists,
    OrderHasExpired,
    OrderIsCancelled,
    OrderIsConfirmed,
    OrderIsNotConfirmed,
    OrderIsRefunded,
    OrderIsSoldOut,
    OrderIsWaiting,
    OrderNotFound,
    OrderStillDeciding,
)
from plenary.registration.order_state import (
    Cancelled,
    Confirmed,
    Expired,
    Held,
    Order,
    Placed,
    Refunded,
    Retaking,
    SoldOut,
    Terms,
    Waiting,
    evolve,
)
from plenary.words import Item

RESEND: Final = timedelta(minutes=1)


def decide(command: Command, order: Order | None) -> list[Event] | Refusal:
    """What becomes of an order. What the process sends has an answer in every state, however late or often it comes."""
    match command, order:
        case PlaceOrder(), None:
            return _place(command)
        case WaitForSeats(), None:
            return wait(command)
        case PlaceOrder() | WaitForSeats(), _:
            return OrderExists()
        case _, None:
            return OrderNotFound()

        case ChangeItems(), Held(deciding=False):
            return change(command, order)
        case EnterDetails(), Held(deciding=False):
            return enter(command, order)
        case ApplyCode(), Held(deciding=False):
            return apply_code(command, order)
        case RemoveCode(), Held(deciding=False):
            return remove_code(command, order)
        case ExtendHold(), Held(deciding=False):
            return extend(command, order)
        case RequestPayment(), Held(deciding=False):
            return request_payment(command, order)
        case CancelOrder(order_id), Placed(terms) | Held(terms):
            return [OrderCancelled(order_id, terms.conference_id, terms.revision, terms.codes)]
        case CancelOrder(order_id), Waiting(terms, who):
            return [OrderCancelled(order_id, terms.conference_id, terms.revision, waited=who.registrant)]
        case CancelOrder(), Cancelled():
            return []
        case CancelSeats(), Confirmed():
            return cancel(command, order)
        case ResendConfirmation(order_id, asked_at), Confirmed(terms, resent_at=before):
            if before is not None and asked_at < before + RESEND:
                return JustResent()
            return [ConfirmationResent(order_id, terms.conference_id, asked_at)]
        case CancelSeats() | ResendConfirmation(), Placed() | Held() | Waiting() | Retaking():
            return OrderIsNotConfirmed()
        case (
            ChangeItems()
            | EnterDetails()
            | ApplyCode()
            | RemoveCode()
            | ExtendHold()
            | RequestPayment()
            | CancelOrder()
            | CancelSeats()
            | ResendConfirmation(),
            _,
        ):
            return _why_not(order)

        case RecordOffer(), Waiting():
            return [offered(command, order)]
        case EndWaiting(order_id), Waiting(terms, who):
            return [OrderSoldOut(order_id, terms.conference_id, terms.revision, waited=who.registrant)]

        case RecordGrant(_, revision, granted), Placed(terms) if revision == terms.revision:
            return [_granted(terms, granted)]
        case RecordGrant(_, revision, granted), Held(terms, deciding=True) if revision == terms.revision:
            return [_granted(terms, granted)]
        case RecordGrant(_, revision, granted), Retaking(terms, hold) if revision == terms.revision:
            return retaken(order, None, set(hold.seats) <= set(granted))
        case RecordUse(_, code_id, taken), Retaking():
            return retaken(order, code_id, taken)
        case ExpireOrder(order_id, deadline), Placed(terms) | Held(terms) if deadline >= terms.expires_at:
            return [OrderExpired(order_id, terms.conference_id, terms.revision, terms.codes)]

        case ConfirmOrder(payment_id=payment_id), _ if payment_id in order.terms.settled:
            return []
        case ConfirmOrder(payment_id=payment_id), Confirmed() | Retaking() if payment_id == order.payment_id:
            return []
        case ConfirmOrder(order_id, payment_id, _, paid_at), Held(terms, hold) if buys(command, terms, hold):
            if paid_at <= terms.expires_at:
                return [confirmed(terms, hold, payment_id)]
            return [
                OrderExpired(order_id, terms.conference_id, terms.revision, terms.codes),
                paid_too_late(terms, hold, payment_id),
            ]
        case ConfirmOrder(payment_id=payment_id), Expired(terms, hold) if hold and buys(command, terms, hold):
            return [paid_too_late(terms, hold, payment_id)]
        case ConfirmOrder(order_id, payment_id, amount), _:
            return [PaymentReturned(order_id, payment_id, amount, why_returned(order))]

        case RecordGrant() | RecordOffer() | EndWaiting() | RecordUse() | ExpireOrder(), _:
            return []


def _place(command: PlaceOrder) -> list[Event] | Refusal:
    lines = lines_for(command.offer, command.items, command.placed_at)
    if isinstance(lines, Refusal):
        return lines
    pay_by = command.placed_at + timedelta(seconds=command.offer.hold_seconds)
    return [
        OrderPlaced(
            command.order_id,
            command.conference_id,
            command.code,
            lines,
            command.offer.currency,
            price(lines).total,
            command.placed_at,
            pay_by,
            expires_at=pay_by + timedelta(seconds=command.grace_seconds),
        )
    ]


def _granted(terms: Terms, granted: tuple[Item, ...]) -> Event:
    """What the answer of the seats means for the order. No seat at all is the end of it, even of a free one."""
    lines = granted_lines(terms.lines, granted)
    if not any(line.quantity for line in lines):
        return OrderSoldOut(terms.order_id, terms.conference_id, terms.revision, terms.codes)
    total = price(lines, terms.promos).total
    return OrderHeld(terms.order_id, terms.revision, as_items(lines), total, partly=lines != terms.lines)


def _why_not(order: Order) -> Refusal:
    """Why nothing can be asked of an order that stands like this."""
    match order:
        case Placed() | Held() | Retaking():
            return OrderStillDeciding()
        case Waiting():
            return OrderIsWaiting()
        case SoldOut():
            return OrderIsSoldOut()
        case Confirmed():
            return OrderIsConfirmed()
        case Expired():
            return OrderHasExpired()
        case Cancelled():
            return OrderIsCancelled()
        case Refunded():
            return OrderIsRefunded()


ORDER: Decider[Command, Order | None, Event] = Decider(
    name="order",
    commands=get_args(Command),
    events=get_args(Event),
    initial=None,
    decide=decide,
    evolve=evolve,
    key=lambda command: command.order_id,
    creating=(PlaceOrder, WaitForSeats),
)
