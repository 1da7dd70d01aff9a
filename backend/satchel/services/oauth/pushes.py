"""Pushed authorization requests: checked when they come, kept for five minutes, used once (RFC 9126)."""

import base64
from datetime import datetime
from typing import Protocol
from urllib.parse import urlencode

from satchel.domain.errors import MalformedRequest
from satchel.domain.pushes import PUSH_LIFE, REQUEST_URI_PREFIX, Push
from satchel.domain.tokens import secret_hash
from satchel.ports.oauth import OAuthRecords
from satchel.services.oauth.desk import Desk
from satchel.services.oauth.records import Answer, Parameters, parameters_of


class Envelopes(Protocol):
    """Keeps a text for whoever comes back with a secret."""

    def close(self, secret: str, text: str) -> str:
        """Return `text` as only `secret` opens it."""
        ...

    def open(self, secret: str, closed: str) -> str | None:
        """Return what was closed with `secret`, None if that does not open it."""
        ...


def pushed(desk: Desk, form: Parameters, envelopes: Envelopes) -> Answer:
    """Keep a request that was checked, for whoever brings its name; return the answer that says that."""
    reference = REQUEST_URI_PREFIX + base64.urlsafe_b64encode(desk.ids.secret_bytes(32)).rstrip(b"=").decode()
    client_id = dict(form)["client_id"]
    closed = envelopes.close(reference, urlencode(list(form)))
    push = Push(secret_hash(reference), client_id, closed, desk.now + PUSH_LIFE, desk.key_hash)
    desk.records.pushes.add(push, desk.now)
    return Answer(201, {"request_uri": reference, "expires_in": int(PUSH_LIFE.total_seconds())})


def reference_of(query: Parameters) -> str | None:
    """Return the `request_uri` of a request that was pushed, None if it was not."""
    named = [value for name, value in query if name == "request_uri"]
    return named[0] if len(named) == 1 and named[0].startswith(REQUEST_URI_PREFIX) else None


def parameters_pushed(records: OAuthRecords, reference: str, query: Parameters, now: datetime, envelopes: Envelopes) -> Parameters:
    """Return what was pushed; whatever else the query says does not count.

    Raises:
        MalformedRequest: nothing was pushed under that name, by that client, or it is over.
    """
    push = records.pushes.get(secret_hash(reference))
    clients = [value for name, value in query if name == "client_id"]
    form = envelopes.open(reference, push.parameters) if push is not None else None
    if push is None or form is None or push.expires_at <= now or clients != [push.client_id]:
        raise MalformedRequest("this sign-in was used, is too old, or is another app's; go back to the app and start again")
    bound = [("dpop_jkt", push.key_hash)] if push.key_hash is not None else []
    return [*((name, value) for name, value in parameters_of(form) if not bound or name != "dpop_jkt"), *bound]
