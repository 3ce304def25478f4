"""A promo code: what it takes off, how often it may be used, and which orders use it. One use is one order."""

from dataclasses import dataclass, field, replace
from typing import Final, Literal, get_args
from uuid import UUID, uuid5

from plenary.engine.decider import Decider, FieldError, Map, Refusal
from plenary.registration.promo_code_messages import (
    ChangeCode,
    CodeChanged,
    CodeCreated,
    CodeEnded,
    CodeExists,
    CodeHasEnded,
    CodeMoved,
    CodeNotFound,
    CodeUsedUp,
    Command,
    CreateCode,
    EndCode,
    Event,
    ReserveUse,
    RetakeUse,
    ReturnUse,
    SpendUse,
    UseReserved,
    UseRetaken,
    UseReturned,
    UseSpent,
)
from plenary.words import MOST_MONEY, Promo, check_between, check_promo_code, invalid, promo_code

MOST_OTHERS: Final = 50
"""Codes that one may name beside it; every order that uses it keeps their names."""


@dataclass(frozen=True, slots=True)
class Use:
    """What became of a code in one order, as of one of the order's revisions."""

    revision: int
    kind: Literal["reserved", "spent", "returned"]


@dataclass(frozen=True, slots=True)
class PromoCode:
    """`limit`: the most uses, None for any number; `used`: those reserved or spent."""

    promo: Promo
    limit: int | None
    used: int = 0
    ended: bool = False
    uses: Map[UUID, Use] = field(default_factory=Map)

    @property
    def is_used_up(self) -> bool:
        """Whether no order more can use it."""
        return self.limit is not None and self.used >= self.limit


def code_id_of(conference_id: UUID, code: str) -> UUID:
    """The id of a conference's code, however it is written: no two codes of a conference are called the same."""
    return uuid5(conference_id, f"promo code {promo_code(code)}")


def decide(command: Command, code: PromoCode | None) -> list[Event] | Refusal:
    """What becomes of a code. What the process sends has an answer in every state."""
    match command, code:
        case CreateCode(code_id, conference_id, promo, limit), None:
            return invalid(*_wrong(command)) or [CodeCreated(code_id, conference_id, promo, limit)]
        case CreateCode(), _:
            return CodeExists()
        case SpendUse() | ReturnUse(), None:
            return []
        case _, None:
            return CodeNotFound()
        case ChangeCode(code_id, promo, limit), _:
            same = (promo, limit, False) == (code.promo, code.limit, code.ended)
            return invalid(*_wrong(command)) or ([] if same else [CodeChanged(code_id, promo, limit)])
        case EndCode(code_id), _:
            return [] if code.ended else [CodeEnded(code_id)]
        case ReserveUse(), _:
            return _reserve(command, code)
        case SpendUse(code_id, order_id), _:
            use = code.uses.get(order_id)
            return [UseSpent(code_id, order_id)] if use and use.kind == "reserved" else []
        case ReturnUse(code_id, order_id, revision), _:
            use = code.uses.get(order_id)
            if use is None or use.revision > revision or use == Use(revision, "returned"):
                return []
            return [UseReturned(code_id, order_id, revision, code.used - (use.kind != "returned"))]
        case RetakeUse(code_id, order_id, revision), _:
            use = code.uses.get(order_id)
            if use is not None and use.revision >= revision:
                return []
            active = use is not None and use.kind != "returned"
            taken = active or not code.is_used_up
            return [UseRetaken(code_id, order_id, revision, taken, code.used + (taken and not active))]


def _reserve(command: ReserveUse, code: PromoCode) -> list[Event] | Refusal:
    use = code.uses.get(command.order_id)
    if use is not None and use.kind != "returned":
        return []
    if code.ended:
        return CodeHasEnded()
    if code.is_used_up:
        return CodeUsedUp()
    if command.promo != code.promo:
        return CodeMoved()
    return [UseReserved(command.code_id, command.order_id, command.revision, code.used + 1)]


def _wrong(command: CreateCode | ChangeCode) -> list[FieldError | None]:
    """Percent or amount; a limit that the seats in scope can ever reach."""
    promo, limit = command.promo, command.limit
    either = (promo.percent is None) != (promo.amount is None)
    return [
        check_promo_code("code", promo.code),
        None if either else FieldError("percent", "either_or", "Please give either a percentage or an amount."),
        None if promo.percent is None else check_between("percent", promo.percent, 1, 100),
        None if promo.amount is None else check_between("amount", promo.amount, 1, MOST_MONEY),
        *(check_promo_code(f"combines_with.{n}", other) for n, other in enumerate(promo.combines_with[:MOST_OTHERS])),
        None
        if len(promo.combines_with) <= MOST_OTHERS
        else FieldError("combines_with", "too_many", f"Please name at most {MOST_OTHERS} codes."),
        None if limit is None or limit >= 1 else FieldError("limit", "out_of_range", "Please allow at least one use."),
        _beyond(limit, command.quota),
    ]


def _beyond(limit: int | None, quota: int | None) -> FieldError | None:
    if quota is None:
        return FieldError("seat_type_ids", "unknown", "This conference has no such seats.")
    if limit is not None and limit > quota:
        return FieldError("limit", "exceeds_quota", f"There are only {quota:,} seats that this code is for.")
    return None


def evolve(code: PromoCode | None, event: Event) -> PromoCode | None:
    """The code after an event. Raises ValueError for an event that could never have been decided."""
    match event, code:
        case CodeCreated(promo=promo, limit=limit), None:
            return PromoCode(promo, limit)
        case CodeChanged(promo=promo, limit=limit), PromoCode():
            return replace(code, promo=promo, limit=limit, ended=False)
        case CodeEnded(), PromoCode():
            return replace(code, ended=True)
        case UseReserved(_, order_id, revision, used), PromoCode(uses=uses):
            return replace(code, used=used, uses=uses.set(order_id, Use(revision, "reserved")))
        case UseSpent(_, order_id), PromoCode(uses=uses):
            return replace(code, uses=uses.set(order_id, replace(uses[order_id], kind="spent")))
        case UseReturned(_, order_id, revision, used), PromoCode(uses=uses):
            return replace(code, used=used, uses=uses.set(order_id, Use(revision, "returned")))
        case UseRetaken(_, order_id, revision, taken, used), PromoCode(uses=uses):
            use = Use(revision, "reserved" if taken else "returned")
            return replace(code, used=used, uses=uses.set(order_id, use))
    raise ValueError(f"{type(event).__name__} cannot follow on {type(code).__name__}")


PROMO_CODE: Decider[Command, PromoCode | None, Event] = Decider(
    name="promo_code",
    commands=get_args(Command),
    events=get_args(Event),
    initial=None,
    decide=decide,
    evolve=evolve,
    key=lambda command: command.code_id,
    snapshot=PromoCode,
)
