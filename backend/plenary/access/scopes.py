"""Scopes: the things that one browser may have the right to, named by what they are and their id."""

from uuid import UUID


def conference(conference_id: UUID) -> str:
    """The right to run one conference: "conference:<id>". Also the sender of an organizer's commands."""
    return f"conference:{conference_id}"


def order(order_id: UUID) -> str:
    """The right to one order, as its registrant: "order:<id>". Also the sender of a registrant's commands."""
    return f"order:{order_id}"


def seat(order_id: UUID, position: int, generation: int) -> str:
    """The right to one seat, for whoever sits there until it changes hands: "seat:<order>:<position>:<generation>"."""
    return f"seat:{order_id}:{position}:{generation}"


def ids(kind: str, scopes: frozenset[str]) -> list[UUID]:
    """The ids of all scopes of one kind ("conference" or "order"), in a steady order."""
    return sorted(UUID(scope.partition(":")[2]) for scope in scopes if scope.startswith(f"{kind}:"))
