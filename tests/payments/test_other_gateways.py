"""A gateway's word counts for its own payments only, however well it is signed."""

from uuid import uuid4

from plenary.engine.answers import Accepted
from plenary.payments.payment import PAYMENT, Initiated
from plenary.payments.payment_messages import InitiatePayment
from tests.payments.test_gateway_test import Till, till

__all__ = ["till"]


async def test_one_gateway_does_not_speak_for_another(till: Till) -> None:
    payment, here = uuid4(), (await till.payment()).bill
    elsewhere = InitiatePayment(payment, here.order_id, here.conference_id, 24_900, "USD", "elsewhere")
    assert isinstance(await till.house.engine.send(elsewhere, id=uuid4(), sender="test"), Accepted)
    for result in ("paid", "declined", "abandoned"):
        status, said = await till.says(*till.gateway.message(payment, result, 24_900, "USD"))
        assert (status, list(said)) == (400, ["error"])
    assert isinstance((await till.house.engine.state(PAYMENT, payment))[0], Initiated)
