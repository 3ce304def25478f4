"""Words of scenarios as values: money, seats and people; and the tag that keeps the plays of one server apart."""

import re
import secrets
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "BHD": 3, "KWD": 3}
PRICE = re.compile(r"(?P<sign>[-−]?)\s*(?P<currency>[$€£¥]|[A-Z]{3}\s)\s*(?P<whole>[\d,]+)(?:\.(?P<rest>\d{1,3}))?")
ADDRESS = re.compile(r"(?:(?P<names>.*?)\s*<)?(?P<email>[^<>]*)>?")


def money(text: Any) -> dict[str, Any] | None:
    """{amount, currency} of "$249", "EUR 12.50" or "JPY 900"; None for anything else."""
    found = PRICE.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        return None
    currency = SYMBOLS.get(found["currency"], found["currency"].strip())
    digits = DIGITS.get(currency, 2)
    number = int(found["whole"].replace(",", "") + (found["rest"] or "").ljust(digits, "0"))
    return {"amount": -number if found["sign"] else number, "currency": currency}


def amount(price: Any) -> int:
    """Minor units of a price: "$199", {amount, currency}, or minor units already."""
    if isinstance(price, int):
        return price
    value = price if isinstance(price, Mapping) else money(price)
    if value is None:
        raise ValueError(f"{price!r} is no price; write it like $199 or EUR 12.50")
    return int(value["amount"])


def person(name: str, **other: Any) -> dict[str, str]:
    """{email, first_name, last_name} of "Jon Jaffe" or "Jon Jaffe <jon@example.org>"; what is given otherwise wins."""
    names, _, email = name.partition("<")
    first, _, last = names.strip().partition(" ")
    made = re.sub(r"[^a-z0-9]+", ".", names.strip().lower()).strip(".") or "somebody"
    known = {
        "email": email.strip(" >") or f"{made}@example.org",
        "first_name": first,
        "last_name": last or "Registrant",
    }
    return known | {key: str(value) for key, value in other.items() if value is not None}


def snake(text: str) -> str:
    """`endsOn` -> `ends_on`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", text)


def camel(text: str) -> str:
    """`ends_on` -> `endsOn`."""
    return re.sub(r"_(\w)", lambda found: found[1].upper(), text)


class Tag:
    """A mark on the slugs and e-mail addresses of one play, so that it can be played again on the same server."""

    def __init__(self) -> None:
        """A new one."""
        self.text = f"-{secrets.choice('abcdefghij')}{secrets.token_hex(4)}"

    def slug(self, slug: str) -> str:
        """A marked slug; what is no slug stays what it is."""
        return f"{slug[: 60 - len(self.text)]}{self.text}" if re.fullmatch(r"[a-z0-9-]{3,60}", slug) else slug

    def email(self, email: str) -> str:
        """A marked address; what is no address stays what it is."""
        name, at, domain = email.partition("@")
        return f"{name}{self.text}{at}{domain}" if name and "." in domain else email

    def off(self, value: Any) -> Any:
        """A value without the marks in its texts."""
        if isinstance(value, str):
            return re.sub(re.escape(self.text), "", value, flags=re.IGNORECASE)
        if isinstance(value, Mapping):
            return {key: self.off(one) for key, one in value.items()}
        return [self.off(one) for one in value] if isinstance(value, list) else value


def is_warning(mail: Mapping[str, Any]) -> bool:
    """Whether a mail says that an order was not paid in time; a payment on its way may still come after it."""
    return str(mail["subject"]).endswith("was not paid in time")


def new_id() -> str:
    """An id for something new."""
    return str(uuid4())


def seconds(text: str | float) -> float:
    """90 of "90 s", 1.5 of "1.5 s", 900 of "15 min", 7200 of "2 h"; a number is seconds already."""
    if isinstance(text, int | float):
        return float(text)
    number, _, unit = text.strip().partition(" ")
    return float(number) * {"s": 1, "second": 1, "seconds": 1, "min": 60, "minutes": 60, "h": 3600, "hours": 3600}[unit]
