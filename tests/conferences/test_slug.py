"""Stories of an address that two conferences want."""

from uuid import UUID

from plenary.conferences.slug import SLUG, ClaimSlug, ReleaseSlug, SlugClaimed, SlugReleased, SlugTaken
from tests.scenario import scenario

OURS, THEIRS = UUID(int=1), UUID(int=2)
CLAIMED = SlugClaimed("cqrs-days", OURS)
RELEASED = SlugReleased("cqrs-days", OURS)


def test_the_first_to_ask_gets_the_address() -> None:
    scenario(SLUG, given=[], when=ClaimSlug("cqrs-days", OURS), then=[CLAIMED])


def test_the_second_to_ask_is_told_that_it_is_taken() -> None:
    scenario(SLUG, given=[CLAIMED], when=ClaimSlug("cqrs-days", THEIRS), then=SlugTaken("cqrs-days"))
    assert SlugTaken("cqrs-days").message == "The address “cqrs-days” is already taken by another conference."


def test_whoever_has_it_may_ask_again() -> None:
    scenario(SLUG, given=[CLAIMED], when=ClaimSlug("cqrs-days", OURS), then=[])


def test_an_address_given_back_is_free_for_others() -> None:
    scenario(SLUG, given=[CLAIMED], when=ReleaseSlug("cqrs-days", OURS), then=[RELEASED])
    scenario(
        SLUG, given=[CLAIMED, RELEASED], when=ClaimSlug("cqrs-days", THEIRS), then=[SlugClaimed("cqrs-days", THEIRS)]
    )


def test_nobody_gives_back_the_address_of_another() -> None:
    scenario(SLUG, given=[CLAIMED], when=ReleaseSlug("cqrs-days", THEIRS), then=[])
    scenario(SLUG, given=[CLAIMED, RELEASED], when=ReleaseSlug("cqrs-days", OURS), then=[])
