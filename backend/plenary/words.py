"""The words that every context shares: items and offers, and what a well-formed name, address, price or code is."""

import re
import unicodedata
import zoneinfo
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from uuid import UUID

from plenary.engine.decider import FieldError, InvalidInput

MOST_MONEY = 2**53 - 1  # the largest integer that every JSON reader keeps exactly
MOST_SEATS = 1_000_000
RESERVED_SLUGS = frozenset({"new"})  # /organize/new opens a conference
LONGEST_HOLD = 30 * 24 * 3600  # seconds

# The active codes of ISO 4217, without metals, funds and testing codes.
_CURRENCIES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP
    CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR
    IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU
    MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG
    SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV
    WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CURRENCIES.split())


@dataclass(frozen=True, slots=True)
class Item:
    """A number of seats of one type."""

    seat_type_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class OfferedSeatType:
    """A seat type as it is sold now; `price` in minor units.

    One order takes none or from `least` to `most` of them, and between `sale_from` and `sale_until` (UTC; None: open).
    """

    seat_type_id: UUID
    name: str
    price: int
    least: int = 1
    most: int | None = None
    sale_from: datetime | None = None
    sale_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What a conference offers now, and on which terms; a seat type that is not listed cannot be ordered."""

    on_sale: bool
    currency: str
    hold_seconds: int
    seats_per_order: int
    seat_types: tuple[OfferedSeatType, ...]


@dataclass(frozen=True, slots=True)
class CancelRules:
    """Until when a registrant may cancel (None: never), and which percent of the price is kept for it."""

    until: datetime | None
    fee_percent: int


@dataclass(frozen=True, slots=True)
class Promo:
    """What a promo code takes off: `percent` of the seats in its scope, or `amount` minor units once an order.

    `seat_types` is its scope, empty for all; `combines_with` names codes that may be used beside it.
    """

    code_id: UUID
    code: str
    percent: int | None
    amount: int | None
    seat_types: tuple[UUID, ...] = ()
    combines_with: tuple[str, ...] = ()


def merged(items: Iterable[Item]) -> tuple[Item, ...]:
    """One item for each seat type, in the order of their first mention."""
    quantities: Counter[UUID] = Counter()
    for item in items:
        quantities[item.seat_type_id] += item.quantity
    return tuple(Item(seat_type_id, quantity) for seat_type_id, quantity in quantities.items())


# Writing things one way


def tidy(text: str) -> str:
    """A text without blanks around it, and with plain line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def normalise_email(text: str) -> str:
    """The form in which two e-mail addresses are compared: the same person however it is capitalised."""
    return text.strip().lower()


CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_MISREAD = str.maketrans("OIL", "011")


def grouped(letters: str) -> str:
    """A code as it is shown: its letters in groups of four."""
    return "-".join(letters[n : n + 4] for n in range(0, len(letters), 4))


def letters_of(code: str) -> str:
    """The letters of a code as somebody typed it: in any case, with or without dashes and blanks, O for 0, I for 1."""
    return "".join(character for character in code.upper() if character.isalnum()).translate(_MISREAD)


def order_code(number: int) -> str:
    """The order code of a number (40 bits count): eight characters, shown as XXXX-XXXX."""
    return grouped("".join(CODE_ALPHABET[number >> shift & 31] for shift in range(35, -1, -5)))


def normalise_code(text: str) -> str | None:
    """The order code that somebody typed; None if it is none."""
    letters = letters_of(text)
    return grouped(letters) if len(letters) == 8 and set(letters) <= set(CODE_ALPHABET) else None


def promo_code(text: str) -> str:
    """A promo code as it is kept: in capitals, without blanks."""
    return "".join(text.split()).upper()


# Checking: each answers with what is wrong, or None


def invalid(*errors: FieldError | None) -> InvalidInput | None:
    """The refusal that names all these errors; None when there are none."""
    found = tuple(error for error in errors if error)
    return InvalidInput(found) if found else None


def check_line(field: str, text: str, most: int = 200, *, required: bool = True) -> FieldError | None:
    """A single line of text: any script and any emoji, but no control characters."""
    return _check_text(field, text, most, required, allowed="")


def check_lines(field: str, text: str, most: int = 10_000) -> FieldError | None:
    """A text of several lines, possibly empty."""
    return _check_text(field, text, most, required=False, allowed="\n\r\t")


# Letters and signs that look like nothing at all.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# They turn the letters around that follow, beyond the text itself. The marks that Hebrew and Arabic need do not.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _check_text(field: str, text: str, most: int, required: bool, allowed: str) -> FieldError | None:
    kinds = {character: unicodedata.category(character) for character in set(text) - set(allowed)}
    # Line ends and surrogates would break a mail header or could not be stored at all.
    if any(kind in ("Cc", "Cs", "Zl", "Zp") or character in _TURNING for character, kind in kinds.items()):
        return FieldError(field, "forbidden_character", "Please leave out line ends and control characters.")
    if len(text) > most:
        return FieldError(field, "too_long", f"Please use at most {most} characters.")
    if required and all(kind in ("Cf", "Zs") or character in _BLANK for character, kind in kinds.items()):
        return FieldError(field, "required", "Please fill this in.")
    return None


_EMAIL = re.compile(r"[^\s@,;:<>()\[\]\\\"]{1,64}@(?:[^\s@.,;:<>()\[\]\\\"/]{1,63}\.)+[^\s@.,;:<>()\[\]\\\"/]{2,63}")


def check_email(field: str, text: str) -> FieldError | None:
    """One e-mail address, with a domain of at least two labels; international ones are welcome."""
    if error := check_line(field, text, 254):
        return error
    # Two addresses that look the same are to be the same.
    if any(unicodedata.category(character) == "Cf" for character in text):
        return FieldError(field, "forbidden_character", "Please leave out invisible characters.")
    if not _EMAIL.fullmatch(tidy(text)):
        return FieldError(field, "not_an_email", "Please enter an e-mail address like ada@example.org.")
    return None


def check_slug(field: str, text: str) -> FieldError | None:
    """3 to 60 lower-case letters, digits and hyphens, and none of the addresses that pages have."""
    if not text:
        return FieldError(field, "required", "Please fill this in.")
    if not re.fullmatch(r"[a-z0-9-]{3,60}", text):
        return FieldError(field, "not_a_slug", "Please use 3 to 60 lower-case letters, digits and hyphens.")
    if text in RESERVED_SLUGS:
        return FieldError(field, "reserved", "This address has a meaning of its own here. Please choose another.")
    return None


def check_promo_code(field: str, text: str) -> FieldError | None:
    """A promo code as it is kept, short enough to be typed."""
    if not re.fullmatch(r"[A-Z0-9._-]{3,40}", text):
        return FieldError(field, "not_a_code", "Please use 3 to 40 letters, digits, dots, dashes and underscores.")
    return None


def check_between(field: str, number: int, least: int, most: int) -> FieldError | None:
    """A whole number within bounds."""
    if not least <= number <= most:
        return FieldError(field, "out_of_range", f"Please enter a number from {least:,} to {most:,}.")
    return None


def check_price(field: str, price: int) -> FieldError | None:
    """Minor units, free included."""
    return check_between(field, price, 0, MOST_MONEY)


def check_quota(field: str, quota: int) -> FieldError | None:
    """How many seats of a type there are."""
    return check_between(field, quota, 0, MOST_SEATS)


def check_currency(field: str, text: str) -> FieldError | None:
    """A currency that one can pay with today."""
    if text not in CURRENCIES:
        return FieldError(field, "not_a_currency", "Please choose a currency, like EUR or USD.")
    return None


def check_period(starts_on: date, ends_on: date) -> FieldError | None:
    """A conference may begin and end on one day, but not end before it begins."""
    if error := _check_year("starts_on", starts_on) or _check_year("ends_on", ends_on):
        return error
    if ends_on < starts_on:
        return FieldError("ends_on", "ends_before_start", "The end cannot be before the start.")
    return None


def check_window(sale_from: datetime | None, sale_until: datetime | None) -> FieldError | None:
    """A sale ends after it begins; either end may be open."""
    if error := _check_year("sale_from", sale_from) or _check_year("sale_until", sale_until):
        return error
    if sale_from is not None and sale_until is not None and sale_until <= sale_from:
        return FieldError("sale_until", "ends_before_start", "The end of the sale cannot be before its start.")
    return None


def _check_year(field: str, day: date | None) -> FieldError | None:
    """A year in which days can be counted forth and back, in every time zone."""
    if day is not None and not 2000 <= day.year <= 2999:
        return FieldError(field, "out_of_range", "Please choose a year from 2000 to 2999.")
    return None


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(
        name for name in zoneinfo.available_timezones() if re.fullmatch(r"[A-Z][\w+-]*(?:/[\w+-]+)*", name)
    )


def check_time_zone(field: str, text: str) -> FieldError | None:
    """A time zone of the IANA database, like Europe/Berlin."""
    if text not in _time_zones():
        return FieldError(field, "not_a_time_zone", "Please choose a time zone, like Europe/Berlin.")
    return None
