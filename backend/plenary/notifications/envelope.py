"""The envelope: a mail as it travels, with everything in it that mail programs need and nothing that anybody put in."""

from collections.abc import Iterator
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from functools import partial

from plenary.notifications.mailbox import Mail


def message_id(mail: Mail, host: str) -> str:
    """The same whenever this mail is sent, so that whoever gets it twice can tell."""
    return f"<{mail.mail_id}@{host}>"


def recipient_of(mail: Mail) -> Address:
    """Whom it is to, its domain in letters that all servers know. Raises ValueError for what is no address."""
    name, _, domain = mail.recipient.rpartition("@")
    if not name or any(not letter.isprintable() or letter.isspace() for letter in mail.recipient):
        raise ValueError("not an address")
    return Address(username=name, domain=domain.encode("idna").decode())


def sealed(mail: Mail, sender: str, host: str) -> EmailMessage:
    """The whole message. Raises ValueError where a header would not be one line."""
    to = recipient_of(mail)
    message = EmailMessage(policy=SMTP if to.addr_spec.isascii() else SMTPUTF8)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = mail.subject
    message["Date"] = mail.sent_at
    message["Message-ID"] = message_id(mail, host)
    message["Auto-Submitted"] = "auto-generated"  # so that nobody's holiday answers
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    html = message.get_payload()[1]  # type: ignore[index]  # its stub does not know that there are two parts now
    assert isinstance(html, EmailMessage)
    for file in mail.attachments:
        kind, _, parameters = file.type.partition(";")
        main, _, sub = kind.partition("/")
        if file.within:
            put = partial(html.add_related, cid=f"<{file.name}>", disposition="inline")
        else:
            put = partial(message.add_attachment, params=dict(_pairs(parameters)))
        put(file.content, maintype=main, subtype=sub, filename=file.name)
    return message


def _pairs(parameters: str) -> Iterator[tuple[str, str]]:
    for parameter in filter(None, parameters.split(";")):
        name, _, value = parameter.partition("=")
        yield name.strip(), value.strip()
