"""Authorities: servers elsewhere that vouch for people ("sign in with …"), and the ties between them and accounts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from satchel.domain.keys import NO_SECRET, Secret

AuthorityDialect = Literal["openid", "github"]
"""How an authority speaks: OpenID Connect, or GitHub's plain OAuth with a question about whose token it is."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A server that the operator trusts to say who somebody is. Its own metadata says where its endpoints are, if it is `openid`."""

    id: str
    name: str
    issuer: str
    client_id: str
    client_secret: Secret = field(default_factory=lambda: NO_SECRET)
    dialect: AuthorityDialect = "openid"
    scopes: tuple[str, ...] = ("openid", "email")
    authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    person_endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Vouched:
    """What an authority said of a person. Only `issuer` and `subject` say who it is: an email is a label, whoever it belongs to.

    `asked_at` is when it last asked the person to prove who they are, None if it does not say: then it proves nothing more.
    """

    issuer: str
    subject: str
    email: str | None = None
    is_email_verified: bool = False
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """An account and the person of an authority who may sign in to it. `label` is for people to recognise it by."""

    id: str
    account_id: str
    issuer: str
    subject: str = field(repr=False)
    created_at: datetime
    last_used_at: datetime
    label: str | None = None
