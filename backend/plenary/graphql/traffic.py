"""How much is sent to those who watch: two numbers for whoever looks after the server."""

from dataclasses import dataclass


@dataclass(slots=True)
class Traffic:
    """One endpoint's. `operations`: those that run on sockets now; `pushes`: results sent to live screens so far."""

    operations: int = 0
    pushes: int = 0
