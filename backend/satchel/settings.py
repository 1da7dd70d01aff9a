"""What an operator can set. The only reader of the environment; nobody else looks at `os.environ`."""

import os
import sys
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator

from satchel.domain.accounts import SignUp
from satchel.domain.apps import is_page_of
from satchel.domain.errors import MalformedRequest
from satchel.domain.grants import parse_origin
from satchel.kit.addresses import is_loopback

PREFIX = "SATCHEL_"

Words = tuple[str, ...]
"""Several values, separated by commas or spaces."""


def _data_folder() -> Path:
    """Return where programs of this platform keep a person's data, without reading the environment."""
    home = Path.home()
    match sys.platform:
        case "darwin":
            return home / "Library" / "Application Support" / "satchel"
        case "win32":
            return home / "AppData" / "Local" / "satchel"
        case _:
            return home / ".local" / "share" / "satchel"


class SettingsInvalid(Exception):
    """A setting has a value that cannot work; the message names it and says what would."""


class Settings(BaseModel):
    """All settings, each read from `SATCHEL_<NAME>`. Frozen: what runs is what was read at the start."""

    model_config = ConfigDict(frozen=True)

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = Field(default=8787, ge=0, le=65535)
    """The port to listen on; 0 takes any free one."""
    home: Path = Field(default_factory=_data_folder)
    """The folder of the database and the KEK."""
    database_url: str = ""
    """`sqlite:///…` or `postgresql://…`; empty is `satchel.db` in the home."""
    redis_url: str = ""
    """Reserved: coordination over Redis comes later, so a value is refused."""
    kek_url: str = ""
    """Where the key-encryption key is; empty is a keyring beside the home, made at first start. Of several, the first seals."""
    kek: SecretStr = SecretStr("")
    """The key-encryption key itself, where `kek_url` says `env:`; Vault's token or the PIN where it says `vault:` or `pkcs11:`."""
    public_url: str = ""
    """The address people's browsers use, where a proxy stands before us: scheme, host and port."""
    sign_up: SignUp = "owner-only"
    """Who may make an account once there is an owner."""
    builtin_model: Literal["on", "off"] = "on"
    """Whether to offer the built-in model."""
    local_servers: Literal["auto", "on", "off"] = "auto"
    """Whether to look for, and to reach, model servers on this computer; `auto` is on where nobody but its owner can reach us."""
    provider_hosts: Words = ()
    """Hosts as `host:port` that providers may be at although they are neither public nor on this computer."""
    allowed_hosts: Words = ()
    """More host names to answer to; addresses, `localhost` and the public URL's host always are."""
    trusted_proxies: Words = ()
    """Addresses and networks of the proxies before us, whose `X-Forwarded-For` says who calls; nobody else's does."""
    allowed_origins: Words = ()
    """More origins whose pages may open the socket, and let people sign in."""
    redirect_uris: Words = ()
    """The only pages of theirs that get what somebody has signed in for; an origin that none is of has all of its own."""
    extension_ids: Words = ()
    """More extensions that may connect: Chromium ids, and SHA-1 hashes of Firefox add-on ids."""
    dynamic_registration: Literal["on", "off"] = "off"
    """Whether apps may register themselves."""
    oidc_file: Path | None = None
    """A TOML file of the authorities that people may sign in with."""
    oidc_issuer: str = ""
    """One more authority: the issuer of an OpenID Connect server."""
    oidc_name: str = ""
    """What people call it; its host by default."""
    oidc_client_id: str = ""
    """Our client id there."""
    oidc_client_secret: SecretStr = SecretStr("")
    """Our client secret there; empty for a public client."""
    oidc_google_client_id: str = ""
    """Our client id at Google."""
    oidc_google_client_secret: SecretStr = SecretStr("")
    """Our client secret at Google."""
    oidc_github_client_id: str = ""
    """Our client id at GitHub."""
    oidc_github_client_secret: SecretStr = SecretStr("")
    """Our client secret at GitHub."""
    smtp_url: SecretStr = SecretStr("")
    """The server that sends mail: `smtps://user:password@host:465` or `smtp://…:587`; empty: none is sent, and nobody signs in by mail."""
    mail_from: str = Field(default="", validate_default=True)
    """Whom mails are from."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """How much to log."""
    drain_s: float = Field(default=60.0, ge=0, le=3600)
    """How long running generations may take to finish after SIGTERM."""
    connect_timeout_s: float = Field(default=10.0, gt=0)
    """How long a connection to a provider may take."""
    idle_timeout_s: float = Field(default=60.0, gt=0)
    """How long a provider may say nothing, before its first byte and between two."""
    resume_s: float = Field(default=60.0, ge=0, le=3600)
    """How long a generation that a socket's client may come back to goes on when nobody listens."""

    @field_validator(
        "provider_hosts", "allowed_hosts", "trusted_proxies", "allowed_origins", "redirect_uris", "extension_ids", mode="before"
    )
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("home", mode="after")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("redis_url")
    @classmethod
    def _no_redis_yet(cls, value: str) -> str:
        if value:
            raise ValueError("this version coordinates in one process; leave it empty, Redis follows in a later release")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        return _origin(value.rstrip("/")) if value else value

    @field_validator("provider_hosts")
    @classmethod
    def _have_ports(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            host, _, port = value.rpartition(":")
            if not host or "/" in host or not port.isdecimal():
                raise ValueError(f"{value!r} is not host:port, such as 192.168.1.5:11434")
        return values

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            try:
                ip_network(value)
            except ValueError:
                raise ValueError(f"{value!r} is neither an address nor a network, such as 127.0.0.1 or 10.0.0.0/8") from None
        return values

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_origin(value) for value in values)

    @field_validator("redirect_uris")
    @classmethod
    def _are_pages(cls, values: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        origins = info.data.get("allowed_origins", ())
        for value in values:
            if not any(is_page_of(value, origin) for origin in origins):
                raise ValueError(f"{value!r} is no page of an origin in SATCHEL_ALLOWED_ORIGINS, or has a query")
        return values

    @field_validator("smtp_url")
    @classmethod
    def _is_mail_server(cls, value: SecretStr) -> SecretStr:
        if url := value.get_secret_value():
            parts = urlsplit(url)
            if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/"):
                raise ValueError("is not smtps://user:password@host:465 or smtp://user:password@host:587")
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_sender(cls, value: str, info: ValidationInfo) -> str:
        server = info.data.get("smtp_url")
        if server and server.get_secret_value() and ("@" not in value or not value.isprintable()):
            raise ValueError("is needed with SATCHEL_SMTP_URL, such as Satchel <satchel@home.example>")
        return value

    @model_validator(mode="after")
    def _database_default(self) -> Self:
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.home / 'satchel.db'}")
        return self

    @property
    def own_url(self) -> str:
        """Return the address to show to people, without a slash at the end."""
        if self.public_url:
            return self.public_url
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{'127.0.0.1' if self.host in ('0.0.0.0', '::') else host}:{self.port}"  # noqa: S104 - compared, not bound

    @property
    def exposes_http(self) -> bool:
        """Tell whether other computers reach us by plain HTTP, as far as we know."""
        return not self.public_url and not _is_here(self.host)

    @property
    def host_names(self) -> frozenset[str]:
        """Return the names, in lower case, that a Host header may have besides addresses and `localhost`."""
        names = {name.lower() for name in self.allowed_hosts}
        names.update(host for url in (self.own_url, self.public_url) if url and (host := urlsplit(url).hostname))
        return frozenset(name for name in names if not _is_address(name))

    @property
    def reaches_loopback(self) -> bool:
        """Tell whether providers may be servers on this computer. On a host that others use, or have accounts on, they must not."""
        if self.local_servers == "auto":
            return self.is_near and not self.public_url and self.sign_up == "owner-only"
        return self.local_servers == "on"

    @property
    def is_near(self) -> bool:
        """Tell whether this is the computer of whoever asks, as far as we know: nobody else can reach us."""
        if self.public_url:
            return _is_here(urlsplit(self.public_url).hostname or "")
        return _is_here(self.host) and not self.trusted_proxies and all(_is_here(name) for name in self.allowed_hosts)

    @property
    def keyring(self) -> Path:
        """Return the file of the KEK that is made at first start: apart from the database, so that a copy of one is no copy of both."""
        return self.home.with_name(f"{self.home.name}-keyring") / "kek"

    @property
    def is_embedded(self) -> bool:
        """Tell whether the database is a file of this process's own."""
        return self.database_url.startswith("sqlite")


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the environment. A variable that is empty counts as absent; those of other names are somebody else's.

    Raises:
        SettingsInvalid: a value cannot work.
    """
    found = {name: value for name in Settings.model_fields if (value := environment.get(PREFIX + name.upper()))}
    try:
        return Settings.model_validate(found)
    except ValidationError as invalid:
        lines = []
        for error in invalid.errors(include_input=False, include_url=False):
            name = "_".join(str(part) for part in error["loc"]).upper()
            lines.append(f"{PREFIX}{name}: {error['msg'].removeprefix('Value error, ')}")
        raise SettingsInvalid("\n".join(lines)) from None


def read_aws(environment: Mapping[str, str] = os.environ) -> Mapping[str, str]:
    """Return what AWS's own tools read too, and what its container services set: who we are there."""
    return {name: value for name, value in environment.items() if name.startswith("AWS_") and value}


def _origin(text: str) -> str:
    if text.startswith(("chrome-extension://", "moz-extension://")):
        return text
    try:
        return parse_origin(text)
    except MalformedRequest as wrong:
        raise ValueError(wrong.message) from None


def _is_here(name: str) -> bool:
    return name == "localhost" or name.endswith(".localhost") or is_loopback(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
