"""The mailbox tells operators of mails that are not delivered, and lets them have those tried again."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from plenary.app import LOOKS
from plenary.engine.database import Database
from plenary.notifications.mailbox import UNDELIVERED, look_at_mails
from tests.house import NOON
from tests.notifications.test_delivery import a_mail, database, put

__all__ = ["database"]


async def test_operators_hear_of_mails_that_wait_and_of_those_given_up(database: Database) -> None:
    mails = [a_mail(1), a_mail(2), a_mail(3), a_mail(4)]
    mails[1] = replace(mails[1], tries=1, error="SMTPConnectError")
    mails[2] = replace(mails[2], state="parked", error="SMTPRecipientRefused 550")
    mails[3] = replace(mails[3], state="delivered")
    await put(database, *mails)
    async with database.reading() as db:
        found = await look_at_mails(db, NOON)
        assert [what for what, _ in found] == [
            "1 mails wait for another try: SMTPConnectError",
            "1 mails could not be delivered: SMTPRecipientRefused 550",
        ]
        assert found[1][1] == "mend what they failed of, then `plenary resume mail`"
        assert (await look_at_mails(db, NOON + timedelta(days=30)))[1][1] is None  # an address was simply wrong
        assert dict((await db.execute(sa.text(UNDELIVERED))).all()) == {"waiting": 2, "parked": 1}
    assert look_at_mails in LOOKS
