"""Accounts, and who is calling: a `Principal` is an account plus the app or sign-in that speaks for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from satchel.domain.errors import ModelNotGranted, ScopeMissing
from satchel.domain.grants import Caveats, outside

_PROOF_LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Account:
    """A person's record. `preferred_model` None means "choose for me" (see `services/catalog.py`).

    At most one account is the owner's. When it goes nobody is, until the operator makes another. `activity_days` is for how long its
    activity is kept, None for ever: `domain/retention.py`. `email_proven_at` is since when it is known that whoever holds the account has
    its e-mail's mailbox; None if somebody only typed that e-mail. The owner's, and what the operator types, needs no proof.
    """

    id: str
    email: str
    created_at: datetime
    preferred_model: str | None = None
    password_hash: str | None = field(default=None, repr=False)
    is_owner: bool = False
    activity_days: int | None = None
    email_proven_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """The authenticated caller.

    `client_id` is the app that the token was issued to, None for a token that the account holder made. `token_id` names the credential,
    so that revoking it can end what it runs. `origin` is the site that the credential itself speaks for, whatever a caller says.
    `client` names who holds it, the same however often an app refreshes its token: a vault is unlocked for one client.
    """

    account_id: str
    token_id: str
    scopes: frozenset[str]
    client_id: str | None = None
    label: str | None = None
    origin: str | None = None
    family_id: str | None = None
    key_hash: str | None = None
    """The thumbprint of the key that the credential is bound to, which whoever sends it has proved to hold."""

    caveats: Caveats | None = None
    """What the credential is held to where it speaks for no site: a device's own terms."""

    @property
    def client(self) -> str:
        """Return what names the client: the family of its tokens, or its only credential."""
        return self.family_id or self.token_id

    @property
    def looks_after_account(self) -> bool:
        """Whether it is the person's own hand: the portal, the extension, or a token that changes settings. A site's never is."""
        return self.origin is None and not self.scopes.isdisjoint(("settings", "ext:attest-origin"))

    def outside(self, names: Sequence[str], *, local: bool) -> ModelNotGranted | None:
        """Return why the credential itself may not use an endpoint, None if it may; `names` and `local` are as for `grants.decide`."""
        return None if self.caveats is None else outside(self.caveats, self.label or "this device", names, local=local)

    def require(self, scope: str) -> None:
        """Raise `ScopeMissing` unless the credential has `scope`."""
        if scope not in self.scopes:
            raise ScopeMissing(f"this token lacks the scope {scope!r}; sign in again and allow it", details={"scope": scope})


SIGN_IN = "sign"
"""How the ids of sign-ins begin, which tells them from those of tokens."""


def is_sign_in(credential_id: str) -> bool:
    """Tell whether the id of a credential is a sign-in's."""
    return credential_id.startswith(f"{SIGN_IN}_")


@dataclass(frozen=True, slots=True)
class SignIn:
    """A browser signed in to the portal; the cookie's value is stored only as its hash.

    `proved_at` is when its person last proved who they are; None if they never did, because an authority let them in that does not say when
    it asked them.
    """

    id: str
    account_id: str
    secret_hash: str = field(repr=False)
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    user_agent: str | None = None
    proved_at: datetime | None = None


def proof_ends_at(sign_in: SignIn, now: datetime) -> datetime | None:
    """Return until when it counts that the sign-in's person proved who they are: five minutes; None where it does not."""
    ends_at = sign_in.proved_at + _PROOF_LIFE if sign_in.proved_at is not None else None
    return ends_at if ends_at is not None and ends_at > now else None


def is_newly_vouched(sign_in: SignIn, now: datetime) -> bool:
    """Tell whether an authority that does not say when it asked has let the sign-in's person in within five minutes. It proves little."""
    return sign_in.proved_at is None and now - sign_in.created_at < _PROOF_LIFE


SignUp = Literal["owner-only", "invite", "open"]
"""Who may make an account once there is an owner: nobody, whoever has an invitation, or anybody."""


STARTED_TOGETHER = timedelta(minutes=1)
"""How long ago a set-up link was made at the most that another leaves good: servers that start together each print theirs."""


@dataclass(frozen=True, slots=True)
class SetupLink:
    """A one-time link that makes the owner; stored only as its hash."""

    secret_hash: str = field(repr=False)
    created_at: datetime
    expires_at: datetime


InvitationState = Literal["waiting", "used", "expired"]
INVITATION_KEPT = timedelta(days=30)
"""How long an invitation stays on the list after it could last be used."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that makes one account; stored only as its hash. `account_id` None is the operator's, `name` says whom it is for."""

    id: str
    secret_hash: str = field(repr=False)
    account_id: str | None
    name: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    used_by: str | None = None
    """The account that it made, while that exists."""

    def state(self, now: datetime) -> InvitationState:
        """Return what has become of it."""
        if self.used_at is not None:
            return "used"
        return "waiting" if self.expires_at > now else "expired"
