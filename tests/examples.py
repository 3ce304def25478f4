"""The people, conferences and seats that the scenarios of the domain speak of."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from plenary.conferences.conference_messages import ConferenceCreated, CreateConference
from plenary.registration.order_commands import (
    CancelOrder,
    ConfirmOrder,
    EnterDetails,
    ExpireOrder,
    PlaceOrder,
    RequestPayment,
)
from plenary.registration.order_events import (
    DetailsEntered,
    Event,
    Line,
    OrderCancelled,
    OrderConfirmed,
    OrderExpired,
    OrderHeld,
    OrderItemsChanged,
    OrderPlaced,
    OrderRefunded,
    OrderSoldOut,
    PaidTooLate,
    PaymentRequested,
)
from plenary.words import Item, Offer, OfferedSeatType

CONFERENCE_ID = UUID(int=1)
OWNER = UUID(int=2)
GA, WS, CP = UUID(int=11), UUID(int=12), UUID(int=13)  # general admission, workshop, cocktail party
ORDER_ID, OTHER_ORDER = UUID(int=21), UUID(int=22)
PAYMENT_ID, OTHER_PAYMENT = UUID(int=31), UUID(int=32)
ADA, WILLIAM, JON = UUID(int=41), UUID(int=42), UUID(int=43)

NOON = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
PAY_BY = NOON + timedelta(minutes=15)
EXPIRES = PAY_BY + timedelta(seconds=5)

CREATE = CreateConference(
    CONFERENCE_ID,
    "cqrs-days",
    "CQRS Days",
    "Three days of events",
    "Talks.\nWorkshops.",
    "Berlin",
    "Europe/Berlin",
    date(2030, 6, 1),
    date(2030, 6, 3),
    "USD",
    900,
    20,
    OWNER,
    "Grace Hopper",
    "grace@example.org",
)
CREATED = ConferenceCreated(
    CONFERENCE_ID,
    "cqrs-days",
    "CQRS Days",
    "Three days of events",
    "Talks.\nWorkshops.",
    "Berlin",
    "Europe/Berlin",
    date(2030, 6, 1),
    date(2030, 6, 3),
    "USD",
    900,
    20,
    OWNER,
    "Grace Hopper",
    "grace@example.org",
)

OFFER = Offer(
    on_sale=True,
    currency="USD",
    hold_seconds=900,
    seats_per_order=20,
    seat_types=(
        OfferedSeatType(GA, "General admission", 19_900),
        OfferedSeatType(WS, "CQRS workshop", 50_000),
        OfferedSeatType(CP, "Cocktail party", 5_000),
    ),
)


def items(ga: int = 0, ws: int = 0, cp: int = 0) -> tuple[Item, ...]:
    """So many seats of each type; types of which there are none are left out."""
    return tuple(Item(seat_type, n) for seat_type, n in ((GA, ga), (WS, ws), (CP, cp)) if n)


def lines(ga: int = 0, ws: int = 0, cp: int = 0) -> tuple[Line, ...]:
    """The same seats as lines of an order."""
    sold_as = {seat_type.seat_type_id: seat_type for seat_type in OFFER.seat_types}
    return tuple(
        Line(item.seat_type_id, sold_as[item.seat_type_id].name, sold_as[item.seat_type_id].price, item.quantity)
        for item in items(ga, ws, cp)
    )


PLACED = OrderPlaced(
    ORDER_ID, CONFERENCE_ID, "AB12-CD34", lines(ga=1, cp=1), "USD", 24_900, NOON, PAY_BY, EXPIRES
)  # B1: GA 1 + CP 1 = $249
HELD = OrderHeld(ORDER_ID, 1, items(ga=1, cp=1), 24_900, partly=False)
ENTER_DETAILS = EnterDetails(ORDER_ID, ADA, "ada@example.org", "Ada", "Lovelace")
DETAILS = DetailsEntered(ORDER_ID, ADA, "ada@example.org", "Ada", "Lovelace")

PLACE = PlaceOrder(ORDER_ID, CONFERENCE_ID, "AB12-CD34", OFFER, items(ga=1, cp=1), NOON, grace_seconds=5)
CONFIRM = ConfirmOrder(ORDER_ID, PAYMENT_ID, 24_900, EXPIRES)
CONFIRM_LATE = replace(CONFIRM, paid_at=EXPIRES + timedelta(seconds=1))
EXPIRE, CANCEL = ExpireOrder(ORDER_ID, EXPIRES), CancelOrder(ORDER_ID)
REQUEST = RequestPayment(ORDER_ID, PAYMENT_ID, "test")

CHANGED = OrderItemsChanged(ORDER_ID, CONFERENCE_ID, 2, lines(ga=3), 59_700)
SOLD_OUT = OrderSoldOut(ORDER_ID, CONFERENCE_ID, 1)
REQUESTED = PaymentRequested(ORDER_ID, CONFERENCE_ID, PAYMENT_ID, 24_900, "USD", "test")
CONFIRMED = OrderConfirmed(
    ORDER_ID,
    CONFERENCE_ID,
    "AB12-CD34",
    ADA,
    "ada@example.org",
    "Ada",
    "Lovelace",
    lines(ga=1, cp=1),
    24_900,
    "USD",
    PAYMENT_ID,
)
EXPIRED = OrderExpired(ORDER_ID, CONFERENCE_ID, 1)
CANCELLED = OrderCancelled(ORDER_ID, CONFERENCE_ID, 1)
PAID_TOO_LATE = PaidTooLate(ORDER_ID, CONFERENCE_ID, PAYMENT_ID, 2, items(ga=1, cp=1))
REFUNDED = OrderRefunded(ORDER_ID, CONFERENCE_ID, 2, PAYMENT_ID, 24_900)

PAYING: list[Event] = [PLACED, HELD, DETAILS, REQUESTED]
LATE: list[Event] = [*PAYING, EXPIRED, PAID_TOO_LATE]
