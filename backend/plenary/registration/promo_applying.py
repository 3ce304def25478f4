"""Taking a promo code off an order and back: the order and the code decide together, in one append."""

import asyncio
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from plenary.access import scopes
from plenary.access.tries import network
from plenary.engine.answers import Answer, GuardMoved
from plenary.engine.decider import Refusal
from plenary.graphql.context import Context
from plenary.registration.order import ORDER
from plenary.registration.order_commands import ApplyCode, RemoveCode
from plenary.registration.order_refusals import OrderNotFound
from plenary.registration.promo_code import PROMO_CODE, code_id_of
from plenary.registration.promo_code_messages import CodeMoved, CodeNotFound, ReserveUse, ReturnUse

LOOKS: Final = 5
Locks = WeakValueDictionary[object, asyncio.Lock]
_ONE_BY_ONE: Final = Locks()
"""Those who want the same code at the same moment decide one after the other instead of against each other."""
_GUESSING: Final = Locks()
"""So that many guesses of one client at the same instant are counted before a right one among them is looked at."""


async def apply_code(context: Context, command_id: UUID, order_id: UUID, code: str) -> Answer:
    """Reserve a use of a code for an order, and take it off its price. An unknown code counts as a guess."""
    order, _ = await context.engine.state(ORDER, order_id)
    if order is None:
        return OrderNotFound()
    code_id = code_id_of(order.terms.conference_id, code)
    if refused := await _guess(context, order.terms.conference_id, code_id):
        return refused
    answer: Answer = CodeNotFound()
    async with _ONE_BY_ONE.setdefault(code_id, asyncio.Lock()):
        for _ in range(LOOKS):
            known, _ = await context.engine.state(PROMO_CODE, code_id, fresh=True)
            if known is None:
                return CodeNotFound()
            answer = await context.engine.send_together(
                [ApplyCode(order_id, known.promo), ReserveUse(code_id, order_id, 0, known.promo)],
                id=command_id,
                sender=scopes.order(order_id),
                said=["applyCode", order_id, code_id],
            )
            if not isinstance(answer, CodeMoved | GuardMoved):
                break
    return answer


async def _guess(context: Context, conference_id: UUID, code_id: UUID) -> Refusal | None:
    """Whether there is such a code, unless there were too many wrong guesses."""
    guess, visitor = f"apply_code:{conference_id}", context.visitor
    async with _GUESSING.setdefault((guess, network(visitor.address)), asyncio.Lock()):
        known, _ = await context.engine.state(PROMO_CODE, code_id, fresh=True)
        if known is None:
            return await visitor.begin_try(guess) or CodeNotFound()
        return await visitor.too_many_tries(guess)


async def remove_code(context: Context, command_id: UUID, command: RemoveCode) -> Answer:
    """Give the use back, and charge the price without the code."""
    order, _ = await context.engine.state(ORDER, command.order_id)
    if order is None:
        return OrderNotFound()
    return await context.engine.send_together(
        [command, ReturnUse(command.code_id, command.order_id, order.terms.revision)],
        id=command_id,
        sender=scopes.order(command.order_id),
        said=["removeCode", command.order_id, command.code_id],
    )
