"""Taking a promo code off an order and back: the order and the code decide together, in one append."""

import asyncio
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from plenary.access import scopes
from plenary.engine.answers import Answer, GuardMoved
from plenary.graphql.context import Context
from plenary.registration.order import ORDER
from plenary.registration.order_commands import ApplyCode, RemoveCode
from plenary.registration.order_refusals import OrderNotFound
from plenary.registration.promo_code import PROMO_CODE, code_id_of
from plenary.registration.promo_code_messages import CodeMoved, CodeNotFound, ReserveUse, ReturnUse

LOOKS: Final = 5
_ONE_BY_ONE: Final[WeakValueDictionary[UUID, asyncio.Lock]] = WeakValueDictionary()
"""Those who want the same code at the same moment decide one after the other instead of against each other."""


async def apply_code(context: Context, command_id: UUID, order_id: UUID, code: str) -> Answer:
    """Reserve a use of a code for an order, and take it off its price. An unknown code counts as a guess."""
    order, _ = await context.engine.state(ORDER, order_id)
    if order is None:
        return OrderNotFound()
    conference_id = order.terms.conference_id
    guess = f"apply_code:{conference_id}"
    code_id = code_id_of(conference_id, code)
    answer: Answer = CodeNotFound()
    async with _ONE_BY_ONE.setdefault(code_id, asyncio.Lock()):
        for _ in range(LOOKS):
            known, _ = await context.engine.state(PROMO_CODE, code_id, fresh=True)
            if known is None:
                return await context.visitor.begin_try(guess) or CodeNotFound()
            if too_many := await context.visitor.too_many_tries(guess):
                return too_many
            answer = await context.engine.send_together(
                [ApplyCode(order_id, known.promo), ReserveUse(code_id, order_id, 0, known.promo)],
                id=command_id,
                sender=scopes.order(order_id),
                said=["applyCode", order_id, code_id],
            )
            if not isinstance(answer, CodeMoved | GuardMoved):
                break
    return answer


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
