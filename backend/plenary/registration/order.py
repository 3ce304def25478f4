"""An order: seats that a registrant wants, is granted until a deadline, and gets by paying for them in time."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args
from uuid import UUID

from plenary.engine.decider import Decider, Refusal
from plenary.registration.order_lines import as_items, cost, granted_lines, lines_for, quantities
from plenary.registration.order_messages import (
    CancelOrder,
    ChangeItems,
    Command,
    ConfirmOrder,
    DetailsEntered,
    DetailsMissing,
    EnterDetails,
    Event,
    ExpireOrder,
    NothingToPay,
    OrderCancelled,
    OrderConfirmed,
    OrderExists,
    OrderExpired,
    OrderHasExpired,
    OrderHeld,
    OrderIsCancelled,
    OrderIsConfirmed,
    OrderIsRefunded,
    OrderIsSoldOut,
    OrderItemsChanged,
    OrderNotFound,
    OrderPlaced,
    OrderRefunded,
    OrderSoldOut,
    OrderStillDeciding,
    PaidTooLate,
    PaymentRequested,
    PaymentReturned,
    PlaceOrder,
    RecordGrant,
    RequestPayment,
)
from plenary.registration.order_state import (
    Cancelled,
    Confirmed,
    Expired,
    Held,
    Hold,
    Order,
    Placed,
    Refunded,
    Registrant,
    Retaking,
    SoldOut,
    Terms,
    evolve,
)
from plenary.words import (
    Item,
    check_email,
    check_line,
    invalid,
    tidy,
)


def decide(command: Command, order: Order | None) -> list[Event] | Refusal:
    """What becomes of an order. What the process sends has an answer in every state, however late or often it comes."""
    match command, order:
        case PlaceOrder(), None:
            return _place(command)
        case PlaceOrder(), _:
            return OrderExists()
        case _, None:
            return OrderNotFound()

        case ChangeItems(), Held(deciding=False):
            return _change(command, order)
        case EnterDetails(), Held(deciding=False):
            return _enter(command, order)
        case RequestPayment(), Held(deciding=False):
            return _request_payment(command, order)
        case CancelOrder(order_id), Placed(terms) | Held(terms):
            return [OrderCancelled(order_id, terms.conference_id, terms.revision)]
        case CancelOrder(), Cancelled():
            return []
        case ChangeItems() | EnterDetails() | RequestPayment() | CancelOrder(), _:
            return _why_not(order)

        case RecordGrant(_, revision, granted), Placed(terms) if revision == terms.revision:
            return [_granted(terms, granted)]
        case RecordGrant(_, revision, granted), Held(terms, deciding=True) if revision == terms.revision:
            return [_granted(terms, granted)]
        case RecordGrant(_, revision, granted), Retaking(terms) if revision == terms.revision:
            return _retaken(order, granted)
        case ExpireOrder(order_id, deadline), Placed(terms) | Held(terms) if deadline >= terms.expires_at:
            return [OrderExpired(order_id, terms.conference_id, terms.revision)]

        case ConfirmOrder(payment_id=payment_id), _ if payment_id in order.terms.returned:
            return []
        case ConfirmOrder(payment_id=payment_id), Confirmed() | Retaking() if payment_id == order.payment_id:
            return []
        case ConfirmOrder(order_id, payment_id, _, paid_at), Held(terms, hold) if _buys(command, terms, hold):
            if paid_at <= terms.expires_at:
                return [_confirmed(terms, hold, payment_id)]
            return [
                OrderExpired(order_id, terms.conference_id, terms.revision),
                _paid_too_late(terms, hold, payment_id),
            ]
        case ConfirmOrder(payment_id=payment_id), Expired(terms, hold) if hold and _buys(command, terms, hold):
            return [_paid_too_late(terms, hold, payment_id)]
        case ConfirmOrder(order_id, payment_id, amount), _:
            return [PaymentReturned(order_id, payment_id, amount, _why_returned(order))]

        case RecordGrant() | ExpireOrder(), _:
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
            cost(lines),
            command.placed_at,
            pay_by,
            expires_at=pay_by + timedelta(seconds=command.grace_seconds),
        )
    ]


def _change(command: ChangeItems, order: Held) -> list[Event] | Refusal:
    """Seats are added only while they are on sale; giving some back is always possible. The deadline stays."""
    terms, hold = order.terms, order.hold
    lines = lines_for(command.offer, command.items, command.changed_at, terms.lines, hold.granted)
    if isinstance(lines, Refusal):
        return lines
    if quantities(lines) == quantities(terms.lines) == quantities(hold.granted):
        return []
    return [OrderItemsChanged(terms.order_id, terms.conference_id, terms.revision + 1, lines, cost(lines))]


def _granted(terms: Terms, granted: tuple[Item, ...]) -> Event:
    """What the answer of the seats means for the order. No seat at all is the end of it, even of a free one."""
    lines = granted_lines(terms.lines, granted)
    if not any(line.quantity for line in lines):
        return OrderSoldOut(terms.order_id, terms.conference_id, terms.revision)
    return OrderHeld(terms.order_id, terms.revision, as_items(lines), cost(lines), partly=lines != terms.lines)


def _enter(command: EnterDetails, order: Held) -> list[Event] | Refusal:
    """Details may be corrected while seats are held; with nothing to pay they are all that is missing."""
    if refused := invalid(
        check_email("email", command.email),
        check_line("first_name", command.first_name),
        check_line("last_name", command.last_name),
    ):
        return refused
    email, first_name, last_name = tidy(command.email), tidy(command.first_name), tidy(command.last_name)
    registrant = Registrant(command.registrant, email, first_name, last_name)
    events: list[Event] = []
    if registrant != order.hold.registrant:
        events.append(DetailsEntered(command.order_id, command.registrant, email, first_name, last_name))
    if order.hold.total == 0:
        events.append(_confirmed(order.terms, replace(order.hold, registrant=registrant), None))
    return events


def _request_payment(command: RequestPayment, order: Held) -> list[Event] | Refusal:
    """Another payment may be asked for when an earlier one came to nothing."""
    terms, hold = order.terms, order.hold
    if hold.registrant is None:
        return DetailsMissing()
    if hold.total == 0:
        return NothingToPay()
    if command.payment_id in hold.payments:
        return []
    return [
        PaymentRequested(
            terms.order_id, terms.conference_id, command.payment_id, hold.total, terms.currency, command.gateway
        )
    ]


def _buys(command: ConfirmOrder, terms: Terms, hold: Hold) -> bool:
    """Whether this payment is for exactly what is held. Nothing can be bought while a change is being decided."""
    return hold.revision == terms.revision and hold.registrant is not None and command.amount == hold.total


def _confirmed(terms: Terms, hold: Hold, payment_id: UUID | None) -> Event:
    assert hold.registrant is not None  # nobody can pay, or take a free seat, before saying who they are
    return OrderConfirmed(
        terms.order_id,
        terms.conference_id,
        terms.code,
        registrant=hold.registrant.registrant,
        email=hold.registrant.email,
        first_name=hold.registrant.first_name,
        last_name=hold.registrant.last_name,
        lines=tuple(line for line in granted_lines(terms.lines, hold.granted) if line.quantity),
        total=hold.total,
        currency=terms.currency,
        payment_id=payment_id,
    )


def _paid_too_late(terms: Terms, hold: Hold, payment_id: UUID) -> Event:
    return PaidTooLate(terms.order_id, terms.conference_id, payment_id, terms.revision + 1, hold.seats)


def _retaken(order: Retaking, granted: tuple[Item, ...]) -> list[Event]:
    """All the seats again, or the money back."""
    terms, hold, payment_id = order.terms, order.hold, order.payment_id
    if set(hold.seats) <= set(granted):
        return [_confirmed(terms, hold, payment_id)]
    return [
        OrderRefunded(terms.order_id, terms.conference_id, terms.revision, payment_id, hold.total),
        PaymentReturned(terms.order_id, payment_id, hold.total, "seats gone"),
    ]


def _why_not(order: Order) -> Refusal:
    """Why nothing can be asked of an order that stands like this."""
    match order:
        case Placed() | Held() | Retaking():
            return OrderStillDeciding()
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


def _why_returned(order: Order) -> str:
    """Why a payment is not taken, in words that fit into a mail."""
    match order:
        case Placed():
            return "nothing to pay yet"
        case Held():
            return "amount changed"
        case Confirmed() | Retaking():
            return "already paid"
        case SoldOut():
            return "sold out"
        case Expired():
            return "order expired"
        case Cancelled():
            return "order cancelled"
        case Refunded():
            return "order refunded"


ORDER: Decider[Command, Order | None, Event] = Decider(
    name="order",
    commands=get_args(Command),
    events=get_args(Event),
    initial=None,
    decide=decide,
    evolve=evolve,
    key=lambda command: command.order_id,
    creating=(PlaceOrder,),
)
