"""How the events of earlier programs are lifted to today's shapes, one schema version at a time."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from plenary.engine.messages import Upcaster


def adding(**fields: Any) -> Upcaster:
    """For an event that has more fields now: what they were before anybody could say it."""
    return lambda stored: {**stored, **fields}


_SETTLED: Final = adding(cancel_days=None, cancel_fee_percent=0, transfer_days=None, transfer_details="")
_NO_CODES: Final = adding(codes=())
_WAITED_UNSEEN: Final = adding(waited=None)  # nobody kept people's entries
_TERMS: Final = adding(least=1, most=None, sale_from=None, sale_until=None)

UPCASTERS: Final[Mapping[str, Sequence[Upcaster]]] = {
    "ConferenceCreated": (_SETTLED,),
    "ConferenceEdited": (_SETTLED,),
    "SeatAssigned": (adding(generation=0),),
    "SeatTypeAdded": (_TERMS,),
    "SeatTypeEdited": (_TERMS,),
    "OrderConfirmed": (adding(promos=()),),
    "OrderOffered": (_WAITED_UNSEEN,),
    "OrderSoldOut": (_NO_CODES, _WAITED_UNSEEN),
    "OrderExpired": (_NO_CODES,),
    "OrderCancelled": (_NO_CODES, _WAITED_UNSEEN),
    "PaidTooLate": (_NO_CODES,),
    "OrderRefunded": (_NO_CODES,),
    "SeatsReleased": (adding(revision=0),),
    "PaymentCompleted": (adding(gateway="test"),),  # there was no other
    "PaymentRefunded": (adding(number=0), adding(reference="")),
}
"""By event, the functions that lift its stored fields: the first from version 1 to 2, and so on."""
