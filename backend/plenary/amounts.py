"""How an amount of money is written for people, where no browser can do it in their language."""

from typing import Final

# ISO 4217: how many digits a currency has below its unit, where that is not 2.
_DIGITS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
DIGITS: Final = {currency: digits for digits, currencies in _DIGITS.items() for currency in currencies.split()}


def money(amount: int, currency: str) -> str:
    """An amount of minor units: "USD 1,249.00"."""
    whole, point, rest = decimal(amount, currency).partition(".")
    return f"{currency} {int(whole):,}{point}{rest}"


def decimal(amount: int, currency: str) -> str:
    """An amount of minor units as a plain number for programs: "1249.00"."""
    digits = DIGITS.get(currency, 2)
    whole, rest = divmod(amount, 10**digits)
    return f"{whole}.{rest:0{digits}}" if digits else str(whole)
