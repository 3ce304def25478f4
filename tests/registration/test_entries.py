"""Stories of people on the waitlist: nobody stands in one line twice, and who is erased stands in none."""

from uuid import UUID

from plenary.engine.person import PersonErased
from plenary.engine.process import Send
from plenary.registration.entries import (
    ENTRIES,
    AddEntry,
    AlreadyWaiting,
    EndEntry,
    EntriesErased,
    EntryAdded,
    EntryEnded,
    EraseEntries,
    PersonIsErased,
)
from plenary.registration.order_commands import CancelOrder
from plenary.registration.process import react
from tests.examples import ADA, GA, NOON, WS
from tests.scenario import scenario

FIRST, SECOND = UUID(int=31), UUID(int=32)
WAITING = [EntryAdded(ADA, GA, FIRST)]


def test_a_person_waits_for_each_type_of_seats_with_one_order() -> None:
    scenario(ENTRIES, given=[], when=AddEntry(ADA, GA, FIRST), then=WAITING)
    scenario(ENTRIES, given=WAITING, when=AddEntry(ADA, GA, FIRST), then=[])
    scenario(ENTRIES, given=WAITING, when=AddEntry(ADA, GA, SECOND), then=AlreadyWaiting())
    scenario(ENTRIES, given=WAITING, when=AddEntry(ADA, WS, SECOND), then=[EntryAdded(ADA, WS, SECOND)])


def test_who_waits_no_more_may_join_again() -> None:
    ended = EntryEnded(ADA, FIRST)
    scenario(ENTRIES, given=WAITING, when=EndEntry(ADA, FIRST), then=[ended])
    scenario(ENTRIES, given=[*WAITING, ended], when=AddEntry(ADA, GA, SECOND), then=[EntryAdded(ADA, GA, SECOND)])


def test_an_entry_takes_the_place_of_one_that_is_known_to_be_over() -> None:
    instead = AddEntry(ADA, GA, SECOND, instead_of=FIRST)
    both = [EntryEnded(ADA, FIRST), EntryAdded(ADA, GA, SECOND)]
    scenario(ENTRIES, given=WAITING, when=instead, then=both)
    scenario(ENTRIES, given=[*WAITING, *both], when=instead, then=[])
    other = AddEntry(ADA, GA, UUID(int=33), instead_of=FIRST)
    scenario(ENTRIES, given=[*WAITING, *both], when=other, then=AlreadyWaiting())
    scenario(ENTRIES, given=[], when=instead, then=[EntryAdded(ADA, GA, SECOND)])


def test_word_of_an_earlier_order_does_not_end_a_later_entry() -> None:
    later = [*WAITING, EntryEnded(ADA, FIRST), EntryAdded(ADA, GA, SECOND)]
    scenario(ENTRIES, given=later, when=EndEntry(ADA, FIRST), then=[])


def test_an_erased_person_leaves_every_line_for_good() -> None:
    both, erased = [*WAITING, EntryAdded(ADA, WS, SECOND)], EntriesErased(ADA, (FIRST, SECOND))
    scenario(ENTRIES, given=both, when=EraseEntries(ADA), then=[erased])
    scenario(ENTRIES, given=[*both, erased], when=EraseEntries(ADA), then=[])
    scenario(ENTRIES, given=[*both, erased], when=AddEntry(ADA, GA, FIRST), then=PersonIsErased())
    assert react(PersonErased(ADA), NOON) == [Send(EraseEntries(ADA))]
    assert react(erased, NOON) == [Send(CancelOrder(FIRST)), Send(CancelOrder(SECOND))]
