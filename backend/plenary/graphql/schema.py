"""The schema: what every context offers, joined. `python -m plenary.graphql.schema` writes it to schema.graphql."""

from pathlib import Path
from typing import Final

import strawberry

from plenary.access import api as access
from plenary.conferences import api as conferences
from plenary.conferences import clone_api as clones
from plenary.desk import history_api as history
from plenary.desk import lists_api as lists
from plenary.desk import sales_api as sales
from plenary.graphql.execution import Schema, make_schema
from plenary.graphql.kept import Public
from plenary.notifications import api as notifications
from plenary.payments import api as payments
from plenary.registration import api as registration
from plenary.registration import orders_api as orders
from plenary.registration import promo_api as promo_codes
from plenary.registration import tickets_api as tickets

PRINTED: Final = Path(__file__).resolve().parents[3] / "schema.graphql"


APIS: Final = (
    conferences,
    clones,
    registration,
    orders,
    tickets,
    promo_codes,
    lists,
    history,
    sales,
    payments,
    notifications,
    access,
)


def assemble() -> Schema:
    """The schema that this server serves: the `Query`, `Mutation` and `Subscription` of every context that has one."""

    def joined(name: str, description: str) -> type:
        parts = tuple(getattr(api, name) for api in APIS if hasattr(api, name))
        return strawberry.type(type(name, parts, {}), description=description)

    return make_schema(
        joined("Query", "What can be read. Drafts, orders and owners only by browsers that have the right to them."),
        joined("Mutation", "What can be done. A `commandId` is made by the client, and repeating it is harmless."),
        joined("Subscription", "What can be watched: the whole of it at once, and again after every change."),
    )


SCHEMA: Final = assemble()
PUBLIC: Final[Public] = {name: view for api in APIS for name, view in getattr(api, "PUBLIC", {}).items()}


def printed(schema: Schema) -> str:
    """The schema as it stands in schema.graphql."""
    return schema.as_str().rstrip() + "\n"


if __name__ == "__main__":
    PRINTED.write_text(printed(SCHEMA))
