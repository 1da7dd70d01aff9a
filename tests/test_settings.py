"""Settings: what is read, what is refused, what follows from it."""

from pathlib import Path

import pytest

from satchel.settings import Settings, SettingsInvalid, read_settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SATCHEL_{name.upper()}", raising=False)


def test_without_any_setting_everything_is_on_this_computer_only() -> None:
    settings = read_settings()
    assert (settings.host, settings.port, settings.own_url) == ("127.0.0.1", 8787, "http://127.0.0.1:8787")
    assert settings.database_url == f"sqlite:///{settings.home / 'satchel.db'}"
    assert settings.is_embedded
    assert settings.host_names == frozenset()


@pytest.mark.parametrize(
    ("set_to", "is_near"),
    [
        ({}, True),
        ({"PUBLIC_URL": "http://localhost:8787"}, True),
        ({"HOST": "0.0.0.0", "PUBLIC_URL": "http://127.0.0.1:8787"}, True),
        ({"ALLOWED_HOSTS": "satchel.localhost"}, True),
        ({"PUBLIC_URL": "https://satchel.example"}, False),
        ({"HOST": "0.0.0.0"}, False),
        ({"ALLOWED_HOSTS": "satchel.example"}, False),
        ({"TRUSTED_PROXIES": "127.0.0.1"}, False),
    ],
    ids=str,
)
def test_whoever_asks_is_at_this_computer_only_where_nobody_else_can_reach_it(
    monkeypatch: pytest.MonkeyPatch, set_to: dict[str, str], *, is_near: bool
) -> None:
    for name, value in set_to.items():
        monkeypatch.setenv(f"SATCHEL_{name}", value)
    assert read_settings().is_near is is_near


@pytest.mark.parametrize(
    ("set_to", "reaches"),
    [
        ({}, True),
        ({"ALLOWED_HOSTS": "satchel.localhost"}, True),
        ({"SIGN_UP": "invite"}, False),
        ({"SIGN_UP": "open"}, False),
        ({"TRUSTED_PROXIES": "127.0.0.1"}, False),
        ({"ALLOWED_HOSTS": "satchel.example"}, False),
        ({"PUBLIC_URL": "https://satchel.example"}, False),
        ({"HOST": "0.0.0.0"}, False),
        ({"HOST": "0.0.0.0", "PUBLIC_URL": "http://127.0.0.1:8787"}, False),
        ({"LOCAL_SERVERS": "off"}, False),
        ({"LOCAL_SERVERS": "on", "SIGN_UP": "open", "TRUSTED_PROXIES": "127.0.0.1", "PUBLIC_URL": "https://satchel.example"}, True),
    ],
    ids=str,
)
def test_servers_on_this_computer_are_reached_by_its_owner_alone_unless_the_operator_says_so(
    monkeypatch: pytest.MonkeyPatch, set_to: dict[str, str], *, reaches: bool
) -> None:
    for name, value in set_to.items():
        monkeypatch.setenv(f"SATCHEL_{name}", value)
    assert read_settings().reaches_loopback is reaches


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SATCHEL_PORT", "9000")
    monkeypatch.setenv("SATCHEL_HOME", str(tmp_path))
    monkeypatch.setenv("SATCHEL_ALLOWED_HOSTS", "Box.lan, other.lan third.lan")
    monkeypatch.setenv("SATCHEL_PUBLIC_URL", "https://satchel.example/")
    settings = read_settings()
    assert settings.port == 9000
    assert settings.home == tmp_path
    assert settings.own_url == "https://satchel.example"
    assert settings.host_names == {"box.lan", "other.lan", "third.lan", "satchel.example"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("PROVIDER_HOSTS", "192.168.1.5"),
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("PROVIDER_HOSTS", "http://192.168.1.5:11434"),
        ("PORT", "http"),
        ("REDIS_URL", "redis://localhost"),
        ("PUBLIC_URL", "satchel.example"),
        ("PUBLIC_URL", "http://satchel.example"),
        ("PUBLIC_URL", "https://satchel.example/path"),
        ("ALLOWED_ORIGINS", "https://a.example/path"),
        ("BUILTIN_MODEL", "maybe"),
        ("DRAIN_S", "-1"),
        ("SMTP_URL", "https://mail.example"),
        ("SMTP_URL", "smtp://"),
    ],
)
def test_a_value_that_cannot_work_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"SATCHEL_{name}", value)
    with pytest.raises(SettingsInvalid, match=f"SATCHEL_{name}: ."):
        read_settings()


def test_a_secret_setting_is_not_repeated_in_errors_or_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATCHEL_KEK", "hunter2")
    assert "hunter2" not in repr(read_settings())


def test_a_mail_server_needs_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATCHEL_SMTP_URL", "smtps://me:hunter2@mail.example")
    with pytest.raises(SettingsInvalid, match=r"SATCHEL_MAIL_FROM: \w") as refused:
        read_settings()
    assert "hunter2" not in str(refused.value)
    monkeypatch.setenv("SATCHEL_MAIL_FROM", "Satchel <satchel@home.example>")
    assert "hunter2" not in repr(read_settings())


def test_a_page_to_come_back_to_is_of_an_origin_that_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATCHEL_REDIRECT_URIS", "https://a.example/back, https://a.example/")
    with pytest.raises(SettingsInvalid, match=r"SATCHEL_REDIRECT_URIS: 'https://a.example/back' is no page of an origin"):
        read_settings()
    monkeypatch.setenv("SATCHEL_ALLOWED_ORIGINS", "https://a.example")
    assert read_settings().redirect_uris == ("https://a.example/back", "https://a.example/")
    monkeypatch.setenv("SATCHEL_REDIRECT_URIS", "https://a.example/back?x=1")
    with pytest.raises(SettingsInvalid, match="or has a query"):
        read_settings()


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read_settings().port = 1  # type: ignore[misc]


def test_a_host_in_the_house_is_named_with_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATCHEL_PROVIDER_HOSTS", "192.168.1.5:11434, gpu.lan:8000")
    assert read_settings().provider_hosts == ("192.168.1.5:11434", "gpu.lan:8000")


@pytest.mark.parametrize(("host", "exposed"), [("127.0.0.1", False), ("localhost", False), ("::1", False), ("0.0.0.0", True)])
def test_plain_http_for_other_computers_is_noticed(monkeypatch: pytest.MonkeyPatch, host: str, exposed: bool) -> None:
    monkeypatch.setenv("SATCHEL_HOST", host)
    assert read_settings().exposes_http is exposed
    monkeypatch.setenv("SATCHEL_PUBLIC_URL", "https://satchel.example")
    assert not read_settings().exposes_http
