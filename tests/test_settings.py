"""Settings say what is wrong with them, by name, before anything starts."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from plenary.settings import Settings, WrongSetting

SECRET, KEY = "s" * 32, "6b" * 32
STRIPE = {
    "PLENARY_GATEWAY": "stripe",
    "PLENARY_STRIPE_SECRET": "sk_test_12345678",
    "PLENARY_STRIPE_PUBLISHABLE": "pk_test_12345678",
    "PLENARY_STRIPE_WEBHOOK_SECRET": "whsec_12345678",
}
ABROAD = {"PLENARY_HOST": "0.0.0.0", "PLENARY_SECRET": SECRET, "PLENARY_KEY": KEY}


def test_at_home_everything_has_a_default(tmp_path: Path) -> None:
    var = tmp_path / "var"
    settings = Settings.from_env({"PLENARY_VAR": str(var), "HOME": "/root"})
    assert (settings.host, settings.port, settings.url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert settings.database == f"sqlite+aiosqlite:///{var}/plenary.db"
    assert settings.gateway == ()
    assert not settings.is_secure
    assert not settings.shows_mailbox


def test_missing_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = Settings.from_env({"PLENARY_VAR": str(tmp_path)})
    again = Settings.from_env({"PLENARY_VAR": str(tmp_path)})
    assert (first.secret, first.key) == (again.secret, again.key)
    assert len(first.key) == 32
    assert len(first.secret) >= 32
    for name in ("plenary.secret", "plenary.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert first.secret.decode() not in repr(first)
    assert repr(first.key) not in repr(first)


def test_who_starts_at_the_same_instant_has_the_same_secrets(tmp_path: Path) -> None:
    for home in (tmp_path / str(one) for one in range(20)):
        with ThreadPoolExecutor(8) as several:
            made = list(several.map(lambda var: Settings.from_env({"PLENARY_VAR": var}), [str(home)] * 8))
        assert len({(one.secret, one.key) for one in made}) == 1
        assert sorted(file.name for file in home.iterdir()) == ["plenary.key", "plenary.secret"]


def test_what_is_set_is_taken() -> None:
    settings = Settings.from_env(
        ABROAD
        | {
            "PLENARY_PORT": "80",
            "PLENARY_URL": "https://Plenary.example/",
            "PLENARY_ORIGINS": "https://shop.example, https://other.example:8443",
            "PLENARY_DATABASE": "postgresql://plenary:secret@db/plenary",
            "PLENARY_PGBOUNCER": "1",
            "PLENARY_REDIS": "redis://cache:6379",
            "PLENARY_GATEWAY": "test, stripe",
            "PLENARY_STRIPE_SECRET": "sk_live_12345678",
            "PLENARY_STRIPE_PUBLISHABLE": "pk_live_12345678",
            "PLENARY_STRIPE_WEBHOOK_SECRET": "whsec_12345678",
            "PLENARY_DEMO": "1",
            "PLENARY_SMTP": "smtp://plenary:secret@mail.example:2525",
            "PLENARY_MAIL_FROM": "Plenary <tickets@plenary.example>",
            "PLENARY_GRACE_SECONDS": "7",
            "PLENARY_DEFLATE": "1",
            "PLENARY_LOG": "json",
            "PLENARY_METRICS_TOKEN": "t" * 32,
            "PLENARY_TRACES": "https://collector:4318/v1/traces?key=hidden",
        }
    )
    assert settings.url == "https://plenary.example"
    assert settings.origins == ("https://shop.example", "https://other.example:8443")
    assert settings.database == "postgresql+asyncpg://plenary:secret@db/plenary"
    assert settings.gateway == ("test", "stripe")
    assert settings.stripe_url == "https://api.stripe.com"
    assert "sk_live_12345678" not in repr(settings)
    assert "whsec_12345678" not in repr(settings)
    assert settings.is_secure
    assert settings.shows_mailbox
    assert (settings.grace_seconds, settings.pgbouncer, settings.deflate) == (7, True, True)
    assert settings.smtp == "smtp://plenary:secret@mail.example:2525"
    assert settings.mail_from == "Plenary <tickets@plenary.example>"
    assert (settings.log, settings.metrics_token) == ("json", "t" * 32)
    assert settings.traces == "https://collector:4318/v1/traces?key=hidden"
    assert "t" * 32 not in repr(settings)
    assert "hidden" not in repr(settings)


def test_the_address_follows_host_and_port(tmp_path: Path) -> None:
    env = {"PLENARY_VAR": str(tmp_path), "PLENARY_HOST": "::1", "PLENARY_PORT": "9000"}
    assert Settings.from_env(env).url == "http://[::1]:9000"


@pytest.mark.parametrize("key", ["6b" * 32, "a2tr" * 10 + "a2s=", "_-tr" * 10 + "a2s="])
def test_a_key_may_be_written_in_base64_or_hexadecimal(key: str) -> None:
    assert len(Settings.from_env(ABROAD | {"PLENARY_KEY": key}).key) == 32


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"PLENARY_PROT": "8000"}, "PLENARY_PROT"),
        ({"PLENARY_PORT": "http"}, "PLENARY_PORT"),
        ({"PLENARY_PORT": "70000"}, "PLENARY_PORT"),
        ({"PLENARY_PORT": "²"}, "PLENARY_PORT"),
        ({"PLENARY_URL": "plenary.example"}, "PLENARY_URL"),
        ({"PLENARY_URL": "https://plenary.example/shop"}, "PLENARY_URL"),
        ({"PLENARY_ORIGINS": "https://a.example,*"}, "PLENARY_ORIGINS"),
        ({"PLENARY_DATABASE": "mysql://x"}, "PLENARY_DATABASE"),
        ({"PLENARY_REDIS": "cache:6379"}, "PLENARY_REDIS"),
        ({"PLENARY_SECRET": "short"}, "PLENARY_SECRET"),
        ({"PLENARY_SECRET": ""}, "PLENARY_SECRET"),
        ({"PLENARY_KEY": "6b" * 31}, "PLENARY_KEY"),
        ({"PLENARY_KEY": ""}, "PLENARY_KEY"),
        ({"PLENARY_GATEWAY": "paypal"}, "PLENARY_GATEWAY"),
        ({"PLENARY_GATEWAY": "test"}, "PLENARY_DEMO"),
        (STRIPE | {"PLENARY_GATEWAY": "stripe,test"}, "PLENARY_DEMO"),
        (STRIPE | {"PLENARY_GATEWAY": "stripe,paypal"}, "PLENARY_GATEWAY"),
        ({"PLENARY_GATEWAY": "stripe"}, "PLENARY_STRIPE_SECRET"),
        (STRIPE | {"PLENARY_STRIPE_WEBHOOK_SECRET": ""}, "PLENARY_STRIPE_WEBHOOK_SECRET"),
        (STRIPE | {"PLENARY_STRIPE_SECRET": "pk_test_12345678"}, "PLENARY_STRIPE_SECRET"),
        (STRIPE | {"PLENARY_STRIPE_SECRET": "sk_live_12345678"}, "both be live"),
        (STRIPE | {"PLENARY_STRIPE_URL": "stripe"}, "PLENARY_STRIPE_URL"),
        (STRIPE | {"PLENARY_GATEWAY": ""}, "PLENARY_STRIPE_SECRET"),
        ({"PLENARY_DEV": "1"}, "PLENARY_DEV"),
        ({"PLENARY_DEMO": "yes"}, "PLENARY_DEMO"),
        ({"PLENARY_GRACE_SECONDS": "-1"}, "PLENARY_GRACE_SECONDS"),
        ({"PLENARY_SMTP": "http://mail.example"}, "PLENARY_SMTP"),
        ({"PLENARY_SMTP": "smtp://mail.example:0"}, "PLENARY_SMTP"),
        ({"PLENARY_SMTP": "smtp://mail.example:99999"}, "PLENARY_SMTP"),
        ({"PLENARY_SMTP": "smtp://only-a-user@mail.example"}, "PLENARY_SMTP"),
        ({"PLENARY_SMTP": "smtps://mail.example/path"}, "PLENARY_SMTP"),
        ({"PLENARY_SMTP": "smtps://mail.example"}, "PLENARY_MAIL_FROM"),
        ({"PLENARY_MAIL_FROM": "Plenary"}, "PLENARY_MAIL_FROM"),
        ({"PLENARY_MAIL_FROM": "Plenary\r\nBcc: a@b.example <a@b.example>"}, "PLENARY_MAIL_FROM"),
        ({"PLENARY_LOG": "xml"}, "PLENARY_LOG"),
        ({"PLENARY_METRICS_TOKEN": "short"}, "PLENARY_METRICS_TOKEN"),
        ({"PLENARY_TRACES": "collector:4318"}, "PLENARY_TRACES"),
    ],
)
def test_what_cannot_be_right_is_named(wrong: dict[str, str], named: str) -> None:
    with pytest.raises(WrongSetting, match=named) as caught:
        Settings.from_env(ABROAD | wrong)
    assert SECRET not in str(caught.value)


def test_a_wrong_address_of_the_database_does_not_show_its_password() -> None:
    with pytest.raises(WrongSetting) as caught:
        Settings.from_env(ABROAD | {"PLENARY_DATABASE": "mysql://me:secret@db/x"})
    assert "secret@" not in str(caught.value)
