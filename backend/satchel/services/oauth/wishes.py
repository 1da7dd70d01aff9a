"""What an app asks for at `/auth`: where its code goes, and the terms that it proposes for the token. The person decides about these."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from satchel.domain.apps import App
from satchel.domain.budgets import Period
from satchel.domain.errors import MalformedRequest
from satchel.domain.grants import BudgetCaveat
from satchel.domain.tokens import INFERENCE_SCOPES
from satchel.kit.addresses import is_plain_host
from satchel.kit.money import nusd_from_usd
from satchel.services.oauth.records import Parameters

EXCHANGE_CLIENT_ID = "pkce-exchange"
METHOD = "S256"
MAX_LABEL_CHARACTERS = 100
PERIODS = {"daily": Period.DAY, "weekly": Period.WEEK, "monthly": Period.MONTH}
"""How often a limit starts anew, in the words of the clients of this flow."""

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_MAX_ADDRESS_CHARACTERS = 2_000
_MOST_USD = 9_000_000
_PROGRAM = "A program without a page"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The terms that an app proposes: what its token is called, what it may spend, and when it ends. None is nothing proposed."""

    label: str | None = None
    limit: BudgetCaveat | None = None
    ends_at: datetime | None = None


NOTHING_PROPOSED = Proposal()


@dataclass(frozen=True, slots=True)
class Wish:
    """A checked request: where the browser goes back to (None if the person carries the code themselves), and who asks for what."""

    callback_url: str | None
    challenge: str
    state: str | None
    app: App
    proposal: Proposal

    @property
    def host(self) -> str:
        """Return the host and port that the app is called by; empty if it shows none."""
        return urlsplit(self.callback_url or "").netloc

    @property
    def token_name(self) -> str:
        """Return what its token is called: by the app's word for it, and by its host, which the app cannot choose."""
        label, who = self.proposal.label, self.host or _PROGRAM
        return f"{label} ({who})" if label else who


def wish_of(query: Parameters, now: datetime) -> Wish:
    """Check a request of `/auth`. An empty parameter is one that was not sent.

    Raises:
        MalformedRequest: its callback is none, it brings no S256 challenge, or it proposes what cannot be.
    """
    sent = {name: value for name, value in query if value}
    if len({name for name, _ in query}) != len(query):
        raise MalformedRequest("a parameter was sent more than once")
    limit = None if "limit" not in sent else _dollars(sent["limit"])
    reset = sent.get("usage_limit_type")
    if reset is not None and reset not in PERIODS:
        raise MalformedRequest("usage_limit_type must be daily, weekly or monthly", details={"param": "usage_limit_type"})
    ends_at = None if "expires_at" not in sent else _moment(sent["expires_at"])
    proposal = proposal_of(sent.get("key_label"), limit, reset, ends_at, now=now)
    challenge = checked_challenge(sent.get("code_challenge"), sent.get("code_challenge_method"))
    return wish(sent.get("callback_url"), challenge, proposal, sent.get("state"))


def wish(callback_url: str | None, challenge: str, proposal: Proposal, state: str | None = None) -> Wish:
    """Return what an app asks for. Raises `MalformedRequest` if its callback is none."""
    if callback_url is None:
        return Wish(None, challenge, state, App(EXCHANGE_CLIENT_ID, _PROGRAM, INFERENCE_SCOPES), proposal)
    origin = _origin_of(callback_url)
    app = App(EXCHANGE_CLIENT_ID, urlsplit(callback_url).netloc, INFERENCE_SCOPES, frozenset({callback_url}), origin=origin)
    return Wish(callback_url, challenge, state, app, proposal)


def proposal_of(label: str | None, limit_usd: Decimal | None, reset: str | None, ends_at: datetime | None, *, now: datetime) -> Proposal:
    """Return the terms that an app proposes. `reset` is one of `PERIODS`, None for a limit that never starts anew.

    Raises:
        MalformedRequest: a field of it cannot be.
    """
    if label is not None and not (label.strip() and len(label) <= MAX_LABEL_CHARACTERS and label.isprintable()):
        raise MalformedRequest(f"key_label must have 1 to {MAX_LABEL_CHARACTERS} printable characters", details={"param": "key_label"})
    if limit_usd is None and reset is not None:
        raise MalformedRequest("usage_limit_type needs a limit", details={"param": "usage_limit_type"})
    if ends_at is not None and ends_at <= now:
        raise MalformedRequest("expires_at is in the past; the key would have expired already", details={"param": "expires_at"})
    limit = None
    if limit_usd is not None:
        limit = BudgetCaveat(nusd_from_usd(limit_usd), PERIODS[reset] if reset is not None else Period.TOTAL)
    return Proposal(label.strip() if label else None, limit, ends_at)


def checked_challenge(challenge: str | None, method: str | None) -> str:
    """Return the challenge. Raises `MalformedRequest` if it is none of S256."""
    if method != METHOD or not _CHALLENGE.fullmatch(challenge or ""):
        raise MalformedRequest(
            "send code_challenge and code_challenge_method=S256: this server gives no token without PKCE",
            details={"param": "code_challenge"},
        )
    return challenge or ""


def _dollars(text: str) -> Decimal:
    try:
        amount = Decimal(text) if len(text) <= 20 else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= _MOST_USD:
        raise MalformedRequest(f"limit must be US dollars from 0 to {_MOST_USD}, such as 5 or 0.50", details={"param": "limit"})
    return amount


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise MalformedRequest("expires_at must be a time with its zone, such as 2027-12-31T23:59:59Z", details={"param": "expires_at"})


def _origin_of(callback: str) -> str:
    """Return the origin that a callback belongs to: https, or a program on this computer at any port."""
    try:
        parts = urlsplit(callback)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    plain = callback.isascii() and callback.isprintable() and not any(character in callback for character in ' @\\"<>#')
    local = parts.scheme == "http" and host in _LOOPBACK_HOSTS
    plain = plain and is_plain_host(parts.netloc) and len(callback) <= _MAX_ADDRESS_CHARACTERS
    if not host or not plain or not (local or parts.scheme == "https"):
        raise MalformedRequest("callback_url must be https, or http on localhost or 127.0.0.1", details={"param": "callback_url"})
    return f"{parts.scheme}://{parts.netloc}".lower()
