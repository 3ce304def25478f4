"""Every refusal that the API may answer with: the one list that the schema's `RefusalCode` is made from."""

import re

from plenary.access.refusals import WrongAccessCode, WrongOrderLink, WrongSeatLink
from plenary.access.tries import TooManyTries
from plenary.access.visitor import NotAllowed
from plenary.conferences import conference_messages as conference
from plenary.conferences import slug
from plenary.engine.answers import Busy, GuardMoved, KeyReused
from plenary.engine.decider import InvalidInput, Refusal
from plenary.payments import payment_messages as payment
from plenary.payments.gateways.pages import NoGateway, NotByTransfer, NotOffered, RefundUnderWay
from plenary.registration import assignments, entries
from plenary.registration import order_refusals as order
from plenary.registration import promo_code_messages as promo_code

REFUSALS: tuple[type[Refusal], ...] = (
    InvalidInput,
    Busy,
    KeyReused,
    GuardMoved,
    NotAllowed,
    WrongAccessCode,
    WrongOrderLink,
    WrongSeatLink,
    NoGateway,
    NotOffered,
    NotByTransfer,
    RefundUnderWay,
    TooManyTries,
    conference.ConferenceNotFound,
    conference.ConferenceExists,
    conference.SlugFixed,
    conference.CurrencyFixed,
    slug.SlugTaken,
    conference.SeatTypeNotFound,
    conference.SeatTypeExists,
    conference.SeatTypeWasOnSale,
    conference.SeatTypeIsRetired,
    order.OrderNotFound,
    order.OrderExists,
    order.NotOnSale,
    order.ChooseAtLeastOneSeat,
    order.SeatsPerOrderExceeded,
    order.OrderStillDeciding,
    order.DetailsMissing,
    order.NothingToPay,
    order.OrderIsSoldOut,
    order.OrderIsConfirmed,
    order.OrderHasExpired,
    order.OrderIsCancelled,
    order.OrderIsRefunded,
    order.OrderIsWaiting,
    order.HoldWasExtended,
    order.OfferIsNotExtended,
    order.TransferTakesTooLong,
    entries.AlreadyWaiting,
    entries.PersonIsErased,
    order.CodeDoesNotApply,
    order.CodesDoNotCombine,
    order.OrderIsNotConfirmed,
    order.SeatIsGivenUp,
    order.CancellingNotOffered,
    order.TooLateToCancel,
    order.RefundExceedsPaid,
    order.JustResent,
    promo_code.CodeNotFound,
    promo_code.CodeExists,
    promo_code.CodeHasEnded,
    promo_code.CodeUsedUp,
    promo_code.CodeMoved,
    assignments.NoSeatsToAssign,
    assignments.SeatNotFound,
    assignments.SeatIsNobodys,
    assignments.SeatHasChangedHands,
    assignments.TicketJustResent,
    payment.PaymentNotFound,
    payment.PaymentOfAnotherOrder,
    payment.PaymentIsCompleted,
    payment.PaymentNotCompleted,
    payment.RefundExceedsPayment,
    payment.RefundNotFound,
)


def code_of(refusal: type[Refusal]) -> str:
    """The code of a refusal: its class name in capitals, `SlugTaken` -> `SLUG_TAKEN`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", refusal.__name__).upper()
