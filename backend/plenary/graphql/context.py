"""What every resolver is handed: the engine, the settings, the secrets, and the visitor with what they may do."""

from dataclasses import dataclass
from typing import TypeAlias

from strawberry.types.info import Info as StrawberryInfo

from plenary.access.secrets import Secrets
from plenary.access.visitor import Visitor
from plenary.engine.engine import Engine
from plenary.settings import Settings

__all__ = ["Context", "Info"]


@dataclass(slots=True)
class Context:
    """One request, or one operation on a socket.

    `engine` carries out commands and answers reads; what goes wrong there may be raised: clients see a reference only.
    `visitor` says who may do what, and gains or loses rights. `secrets` derives order links, access codes, order codes.
    """

    engine: Engine
    settings: Settings
    secrets: Secrets
    visitor: Visitor


Info: TypeAlias = StrawberryInfo[Context, None]
