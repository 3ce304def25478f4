"""Every setting of the server: its name in the environment, its default, and what it means.

`Settings.from_env()` reads `PLENARY_…` variables and raises `WrongSetting`, which names the variable, on anything that
cannot be right, on a variable it does not know, and on anything unsafe.
"""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import urlsplit

GATEWAYS = ("test", "stripe")
LOGS = ("text", "json")


class WrongSetting(Exception):
    """A setting that the server cannot start with. Its text names the variable and says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this server runs. Each field is the variable `PLENARY_<NAME>`; secrets never show in its repr."""

    host: str = "127.0.0.1"
    """The address to listen on. Anything but this machine itself needs PLENARY_SECRET and PLENARY_KEY."""
    port: int = 8000
    """The port to listen on."""
    url: str = "http://127.0.0.1:8000"
    """The address that people type, as in https://plenary.example. Default: host and port."""
    origins: tuple[str, ...] = ()
    """Other web origins, separated by commas, whose pages may use the API with their visitors' cookies."""
    proxies: tuple[str, ...] = ()
    """Addresses or networks, separated by commas, of proxies in front: only they may say where a visitor comes from."""
    var: Path = Path("var")
    """The folder for what the server makes itself: the SQLite database and generated secrets."""
    database: str = "sqlite+aiosqlite:///var/plenary.db"
    """sqlite:///path or postgresql://user:password@host/name. Default: plenary.db in PLENARY_VAR."""
    pgbouncer: bool = False
    """1 when the database is reached through PgBouncer in transaction mode: nothing is prepared."""
    redis: str | None = None
    """redis://host:port to tell other processes at once that the log grew. Without it they look four times a second."""
    secret: bytes = field(default=b"", repr=False)
    """What order links, access codes and order codes are derived from; at least 32 characters. Keep it for ever."""
    key: bytes = field(default=b"", repr=False)
    """Seals personal data: 32 bytes in base64 or hexadecimal. Whoever loses it loses all names and e-mails."""
    gateway: tuple[str, ...] = ()
    """Where orders are paid, separated by commas: `stripe`, `test` (no money moves). Transfers need no gateway."""
    stripe_secret: str | None = field(default=None, repr=False)
    """Stripe's secret key for our account, as in sk_live_…; with `stripe` in PLENARY_GATEWAY."""
    stripe_publishable: str | None = None
    """Stripe's publishable key of the same account, as in pk_live_…, which buyers' browsers are told."""
    stripe_webhook_secret: str | None = field(default=None, repr=False)
    """The signing secret, as in whsec_…, of the webhook that Stripe is to call: PLENARY_URL and /webhooks/stripe."""
    stripe_url: str = "https://api.stripe.com"
    """Where Stripe's API answers; another address is for tests only."""
    smtp: str | None = field(default=None, repr=False)
    """Who sends mails on: smtp://user:password@host:587 or smtps://host. Without one they only reach the mailbox."""
    mail_from: str | None = None
    """Whom mails are from, as in Plenary <tickets@plenary.example>. Needed with PLENARY_SMTP."""
    demo: bool = False
    """1 on a server that only shows the product: the test gateway and the mailbox are open to everybody."""
    dev: bool = False
    """1 on a developer's machine: the mailbox is open. Only on this machine itself."""
    grace_seconds: int = 5
    """How long after its deadline an order still accepts a payment that was on its way."""
    lease_seconds: int = 10
    """How long the background work of a process that was killed rests before another process takes it over."""
    deflate: bool = False
    """1 compresses pushes: a tenth of the bytes for twice the CPU time. For visitors on slow lines."""
    log: str = "text"
    """How the lines of the log are written to standard error: `text` or `json`. They hold nobody's data."""
    metrics_token: str | None = field(default=None, repr=False)
    """Whoever says it as a bearer token may read /metrics. Without it this machine may, if PLENARY_URL is on it."""
    traces: str | None = field(default=None, repr=False)
    """An OTLP/HTTP address, as in http://127.0.0.1:4318/v1/traces, that is sent traces. Without it none are made."""

    @property
    def is_secure(self) -> bool:
        """Whether people reach this server by https."""
        return self.url.startswith("https://")

    @property
    def is_at_home(self) -> bool:
        """Whether people reach this server from this machine only, so that nobody in front speaks for others."""
        return is_loopback(urlsplit(self.url).hostname or "")

    @property
    def shows_mailbox(self) -> bool:
        """Whether anybody may read the mails that were written."""
        return self.demo or self.dev

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """The settings of this environment. On this machine alone, missing secrets are made and kept in PLENARY_VAR."""
        env = {name: text for name, text in (os.environ if environ is None else environ).items() if text != ""}
        known = {f"PLENARY_{f.name.upper()}": f for f in fields(cls)}
        defaults = {f.name: f.default for f in fields(cls)}
        for name in env:
            if name.startswith("PLENARY_") and name not in known:
                raise WrongSetting(f"{name} is not a setting. Known are: {', '.join(known)}.")
        given: dict[str, Any] = {f.name: READ[f.name](name, env[name]) for name, f in known.items() if name in env}
        host, port, var = ({**defaults, **given}[name] for name in ("host", "port", "var"))
        given.setdefault("url", f"http://{f'[{host}]' if ':' in host else host}:{port}")
        given.setdefault("database", f"sqlite+aiosqlite:///{var / 'plenary.db'}")
        at_home = is_loopback(host)
        _check_safe(given, at_home)
        _check_stripe(given)
        for name, kept_in in (("secret", "plenary.secret"), ("key", "plenary.key")):
            if name not in given and not at_home:
                variable = f"PLENARY_{name.upper()}"
                raise WrongSetting(f"{variable} must be set when PLENARY_HOST is not this machine itself.")
            if name not in given:
                given[name] = READ[name](f"PLENARY_{name.upper()} in {var / kept_in}", _made_once(var / kept_in))
        return cls(**given)


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can only be reached from this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_safe(given: Mapping[str, Any], at_home: bool) -> None:
    if "test" in given.get("gateway", ()) and not at_home and not given.get("demo"):
        raise WrongSetting("PLENARY_GATEWAY=test takes no money; off this machine it also needs PLENARY_DEMO=1.")
    if given.get("dev") and not at_home:
        raise WrongSetting("PLENARY_DEV=1 is only for PLENARY_HOST=127.0.0.1: it opens the mailbox to everybody.")
    if given.get("smtp") and not given.get("mail_from"):
        raise WrongSetting("PLENARY_SMTP needs PLENARY_MAIL_FROM, as in Plenary <tickets@plenary.example>.")


def _check_stripe(given: Mapping[str, Any]) -> None:
    """All of Stripe's keys or none, and of one kind: a live and a test key together take money and never hear of it."""
    names = ("stripe_secret", "stripe_publishable", "stripe_webhook_secret")
    if "stripe" in given.get("gateway", ()):
        for name in names:
            if name not in given:
                raise WrongSetting(f"PLENARY_{name.upper()} must be set when PLENARY_GATEWAY has stripe in it.")
        if len({"_live_" in given[name] for name in names[:2]}) > 1:
            raise WrongSetting("PLENARY_STRIPE_SECRET and PLENARY_STRIPE_PUBLISHABLE must both be live or both test.")
    elif lonely := [name for name in (*names, "stripe_url") if name in given]:
        raise WrongSetting(f"PLENARY_{lonely[0].upper()} is of use only when PLENARY_GATEWAY has stripe in it.")


def _made_once(path: Path) -> str:
    """What a file holds, or a new secret in it: whole or not at all, and the same for all who start at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with suppress(FileExistsError), NamedTemporaryFile(dir=path.parent, buffering=0) as draft:  # only its owner's
            draft.write(base64.b64encode(secrets.token_bytes(32)))
            os.fsync(draft.fileno())
            os.link(draft.name, path)
    return path.read_text().strip()


def _flag(name: str, text: str) -> bool:
    if text not in ("0", "1"):
        raise WrongSetting(f"{name} must be 0 or 1, not {text!r}.")
    return text == "1"


def _number(least: int, most: int) -> Callable[[str, str], int]:
    def read(name: str, text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise WrongSetting(f"{name} must be a whole number from {least} to {most}, not {text!r}.")
        return int(text)

    return read


def _origin(name: str, text: str) -> str:
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise WrongSetting(f"{name} must be like https://plenary.example, without a path, not {text!r}.")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _network(name: str, text: str) -> str:
    try:
        return str(ip_network(text.strip()))
    except ValueError:
        raise WrongSetting(f"{name} must be like 10.0.0.7 or 172.16.0.0/12, not {text.strip()!r}.") from None


def _database(name: str, text: str) -> str:
    scheme, colon, rest = text.partition("://")
    driver = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    if not colon or scheme not in (*driver, *driver.values()):
        raise WrongSetting(f"{name} must begin with sqlite:/// or postgresql://.")  # what it is may hold a password
    return f"{driver.get(scheme, scheme)}://{rest}"


def _redis(name: str, text: str) -> str:
    if urlsplit(text).scheme not in ("redis", "rediss"):
        raise WrongSetting(f"{name} must begin with redis:// or rediss://.")
    return text


def _smtp(name: str, text: str) -> str:
    parts = urlsplit(text)
    try:
        fine = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    beyond = parts.path.strip("/") or parts.query or parts.fragment
    if not fine or beyond or (parts.username is None) != (parts.password is None):
        example = "smtp://user:password@mail.example:587 or smtps://mail.example"
        raise WrongSetting(f"{name} must be like {example}.")  # what it is may hold a password
    return text


def _sender(name: str, text: str) -> str:
    _, address = parseaddr(text)
    if not text.isprintable() or not re.fullmatch(r"[!-?A-~]+@[A-Za-z0-9.-]+", address):
        raise WrongSetting(f"{name} must be like Plenary <tickets@plenary.example>, not {text!r}.")
    return text


def _secret(name: str, text: str) -> bytes:
    if len(text) < 32:
        raise WrongSetting(f"{name} must have at least 32 characters: try `openssl rand -base64 32`.")
    return text.encode()


def _key(name: str, text: str) -> bytes:
    for decode in (bytes.fromhex, lambda t: base64.b64decode(t, altchars=b"-_" if "-" in t or "_" in t else None)):
        try:
            if len(key := decode(text)) == 32:
                return key
        except (ValueError, binascii.Error):
            continue
    raise WrongSetting(f"{name} must be 32 bytes in base64 or hexadecimal: try `openssl rand -base64 32`.")


def _beginning(*known: str) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if not any(text.startswith(begin) and len(text) > len(begin) + 5 for begin in known):
            raise WrongSetting(f"{name} must begin with {' or '.join(known)}.")  # what it is may be a secret
        return text

    return read


def _one_of(*known: str) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if text not in known:
            raise WrongSetting(f"{name} must be one of {', '.join(known)}, not {text!r}.")
        return text

    return read


def _address(name: str, text: str) -> str:
    if urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname:
        raise WrongSetting(f"{name} must be like http://127.0.0.1:4318/v1/traces.")  # what it is may hold a password
    return text


READ: Mapping[str, Callable[[str, str], Any]] = {
    "host": lambda _name, text: text,
    "port": _number(1, 65535),
    "url": _origin,
    "origins": lambda name, text: tuple(_origin(name, origin) for origin in text.split(",")),
    "proxies": lambda name, text: tuple(_network(name, part) for part in text.split(",")),
    "var": lambda _name, text: Path(text),
    "database": _database,
    "pgbouncer": _flag,
    "redis": _redis,
    "secret": _secret,
    "key": _key,
    "gateway": lambda name, text: tuple({_one_of(*GATEWAYS)(name, one.strip()): 0 for one in text.split(",")}),
    "stripe_secret": _beginning("sk_", "rk_"),
    "stripe_publishable": _beginning("pk_"),
    "stripe_webhook_secret": _beginning("whsec_"),
    "stripe_url": _origin,
    "smtp": _smtp,
    "mail_from": _sender,
    "demo": _flag,
    "dev": _flag,
    "grace_seconds": _number(0, 3600),
    "lease_seconds": _number(1, 600),
    "deflate": _flag,
    "log": _one_of(*LOGS),
    "metrics_token": lambda name, text: _secret(name, text).decode(),
    "traces": _address,
}
