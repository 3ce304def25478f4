"""The gateways that this server uses, by name."""

from collections.abc import Mapping

from plenary.access.secrets import Secrets
from plenary.engine.engine import Engine
from plenary.payments.gateways.protocol import Gateway
from plenary.payments.gateways.stripe import Stripe
from plenary.payments.gateways.test import TestGateway
from plenary.payments.gateways.transfer import Transfer
from plenary.settings import Settings


def gateways(engine: Engine, settings: Settings, secrets: Secrets) -> Mapping[str, Gateway]:
    """All of them: those of the settings, and transfers, which each conference offers or does not."""
    found: dict[str, Gateway] = {}
    if "test" in settings.gateway:
        found["test"] = TestGateway(engine, secrets.key("test gateway"))
    if "stripe" in settings.gateway:
        keys = (settings.stripe_secret or "", settings.stripe_publishable or "", settings.stripe_webhook_secret or "")
        found["stripe"] = Stripe(engine, *keys, settings.stripe_url)
    return found | {"transfer": Transfer()}
