"""How the events of earlier programs are lifted to today's shapes, one schema version at a time."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from plenary.engine.messages import Upcaster


def adding(**fields: Any) -> Upcaster:
    """For an event that has more fields now: what they were before anybody could say it."""
    return lambda stored: {**stored, **fields}


_SETTLED: Final = adding(cancel_days=None, cancel_fee_percent=0, transfer_days=None, transfer_details="")
_TERMS: Final = adding(least=1, most=None, sale_from=None, sale_until=None)

UPCASTERS: Final[Mapping[str, Sequence[Upcaster]]] = {
    "ConferenceCreated": (_SETTLED,),
    "ConferenceEdited": (_SETTLED,),
    "SeatTypeAdded": (_TERMS,),
    "SeatTypeEdited": (_TERMS,),
}
"""By event, the functions that lift its stored fields: the first from version 1 to 2, and so on."""
