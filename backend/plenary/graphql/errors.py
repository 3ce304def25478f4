"""What clients are told when something breaks: their own mistakes in full, ours only as a reference to our log."""

import logging
from collections.abc import Sequence
from secrets import token_hex

from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError, StrawberryInputCoercionError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from plenary.faults import told

log = logging.getLogger("plenary.faults")

MISTAKES = (
    GraphQLError,
    StrawberryInputCoercionError,
    MissingQueryError,
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
)


def masked(errors: Sequence[GraphQLError]) -> list[GraphQLError]:
    """The errors as clients may see them: what blames the client is a `GraphQLError`, anything else is a fault."""
    return [without_hints(error) if is_mistake(error) else fault(error, error.original_error) for error in errors]


def is_mistake(error: GraphQLError) -> bool:
    """Whether the client is to blame, and may read the whole message."""
    return error.original_error is None or isinstance(error.original_error, MISTAKES)


def without_hints(error: GraphQLError) -> GraphQLError:
    """A mistake without suggestions: guessing is not answered with what there is."""
    error.message = error.message.partition(" Did you mean")[0]
    return error


def fault(error: GraphQLError | None, cause: BaseException | None) -> GraphQLError:
    """An error that tells nothing but a reference; the log says what kind of fault it was and where, without data."""
    reference = report(cause, "in a resolver")
    return GraphQLError(
        f"Something went wrong on our side. Reference: {reference}.",
        nodes=error.nodes if error else None,
        path=error.path if error else None,
        extensions={"code": "FAULT", "reference": reference},
    )


def report(cause: BaseException | None, where: str) -> str:
    """Log a fault and answer its reference. Messages of exceptions may quote names and e-mails: they are left out."""
    reference = token_hex(4)
    log.error("fault %s %s: %s", reference, where, told(cause))
    return reference
