"""The OAuth service that doors call: authorization, tokens, revocation. Tokens that people make by hand are in `tokens.py`."""

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from authlib.oauth2 import OAuth2Error

from satchel.domain.apps import App
from satchel.domain.audit import Act
from satchel.domain.errors import MalformedRequest, NotReady, ProofInvalid
from satchel.domain.tokens import secret_hash
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.coordination import TOKENS_TOPIC, Bus
from satchel.ports.oauth import OAuthRecords, OAuthStore
from satchel.services.oauth.checks import explained, fault_of, foreign_resource, plain_words, refused, unfit
from satchel.services.oauth.desk import Asking, Desk
from satchel.services.oauth.documents import ClientDocuments, app_of_document, is_document_address
from satchel.services.oauth.key_proofs import KeyProofs, NonceNeeded
from satchel.services.oauth.metadata import AUTHORIZE_PATH, DEVICE_AUTHORIZATION_PATH, PUSH_PATH, REVOKE_PATH, TOKEN_PATH
from satchel.services.oauth.pushes import Envelopes, parameters_pushed, pushed, reference_of
from satchel.services.oauth.records import Answer, Asked, Parameters, scopes_of
from satchel.services.oauth.server import Server

_REFUSED_PARAMETERS = {"request": "request_not_supported", "request_uri": "request_uri_not_supported"}
_KEY_HASH = re.compile(r"[A-Za-z0-9_-]{43}")
_NOBODY = Asking()

T = TypeVar("T")
FindApp = Callable[[str], Awaitable[App | None]]
"""Return the app of a client id that is no document's address, None if it is unknown."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the person is to be asked: may this app have these scopes, and where does the browser go afterwards."""

    app: App
    redirect_uri: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class SendBack:
    """The browser goes back to the app, with a code or with an error."""

    location: str
    has_code: bool = False


class OAuth:
    """Our authorization server. Every method runs Authlib inside one transaction of the store."""

    def __init__(
        self,
        store: OAuthStore,
        find_app: FindApp,
        documents: ClientDocuments,
        proofs: KeyProofs,
        *,
        envelopes: Envelopes,
        bus: Bus,
        clock: Clock,
        ids: Ids,
    ) -> None:
        """Build it. `envelopes` keeps pushed requests."""
        self._store = store
        self._envelopes = envelopes
        self._proofs = proofs
        self._find_app = find_app
        self._documents = documents
        self._bus = bus
        self._clock = clock
        self._ids = ids
        _quieten_authlib()

    async def question(self, issuer: str, query: Parameters) -> Question | SendBack:
        """Check an authorization request.

        Args:
            issuer: our own address.
            query: every pair of the query, repeated names too.

        Returns:
            What to ask, or the app's own address with the error, `state` and `iss`.

        Raises:
            MalformedRequest: the app or its redirect URI is not known, so there is nowhere to send the browser: show a page.
        """
        query = await self._meant(query)
        app, redirect_uri = await self._destination(query)
        if (refusal := _refusal(issuer, query)) is not None:
            return _send_back(issuer, redirect_uri, query, *refusal)

        def work(desk: Desk) -> Question | SendBack:
            server, request = Server(desk), Asked("GET", issuer, AUTHORIZE_PATH, query)
            try:
                server.get_consent_grant(request)
            except OAuth2Error as error:
                return _send_back(issuer, redirect_uri, query, error.error or "invalid_request", error.description)
            return Question(app=app, redirect_uri=redirect_uri, scopes=scopes_of(request.scope))

        return await self._run(issuer, app, work)

    async def decide(self, issuer: str, query: Parameters, account_id: str, *, allowed: bool) -> SendBack:
        """Answer a checked request: a code for `account_id`, or `access_denied`.

        Raises:
            MalformedRequest: as `question`; the request is checked again, and if it was pushed, it is used up.
        """
        reference, query = reference_of(query), await self._meant(query)
        app, redirect_uri = await self._destination(query)
        if (refusal := _refusal(issuer, query)) is not None:
            return _send_back(issuer, redirect_uri, query, *refusal)

        def work(desk: Desk) -> SendBack:
            if reference is not None and not desk.records.pushes.take(secret_hash(reference)):
                raise MalformedRequest("this sign-in was used already; go back to the app and start again")
            server, request = Server(desk), Asked("POST", issuer, AUTHORIZE_PATH, query)
            try:
                grant = server.get_consent_grant(request, end_user=account_id if allowed else None)
            except OAuth2Error as error:
                return _send_back(issuer, redirect_uri, query, error.error or "invalid_request", error.description)
            if not allowed:
                desk.write_down(account_id, Act.APP_DENIED, app.client_id, app.name)
            answer: Answer = server.create_authorization_response(request, grant_user=account_id if allowed else None, grant=grant)
            return SendBack(answer.location or redirect_uri, has_code=allowed and answer.location is not None)

        return await self._run(issuer, app, work)

    async def token(self, issuer: str, form: Parameters, proof: str | None = None) -> Answer:
        """Exchange a code, a device's code or a refresh token. Refusals are answers too: RFC 6749 §5.2.

        Args:
            issuer: our own address.
            form: every pair of the form, repeated names too.
            proof: the `DPoP` header, if there is one: what is issued is then bound to its key.
        """
        if (wrong := unfit(issuer, form)) is not None:
            return wrong
        if not dict(form).get("grant_type"):
            return refused("'grant_type' is missing")
        app = await self._client(form)
        asking = await self._asking(issuer + TOKEN_PATH, proof if app is not None else None)
        if isinstance(asking, Answer):
            return asking
        asked = Asked("POST", issuer, TOKEN_PATH, form)
        return await self._run(issuer, app, lambda desk: _answer(Server(desk).create_token_response(asked)), asking)

    async def push(self, issuer: str, form: Parameters, proof: str | None = None) -> Answer:
        """Keep an authorization request for the browser that comes with its name (RFC 9126).

        It is checked as the browser's own would be, but for what a web app's document says: strangers do not make us fetch it.
        """
        app = await self._client(form)
        if app is None:
            return refused("The app is not known to this Satchel", "invalid_client")
        if any(name == "request_uri" for name, _ in form):
            return refused("'request_uri' cannot be pushed")
        if (refusal := _refusal(issuer, form)) is not None:
            return refused(refusal[1], refusal[0])
        uri = dict(form).get("redirect_uri", "")
        if not is_document_address(app.client_id) and not app.allows_redirect(uri):
            return refused("'redirect_uri' is not registered for this app")
        asking = await self._asking(issuer + PUSH_PATH, proof)
        if isinstance(asking, Answer):
            return asking
        if asking.key_hash is not None and dict(form).get("dpop_jkt", asking.key_hash) != asking.key_hash:
            return refused("'dpop_jkt' is not the key of the proof")

        def work(desk: Desk) -> Answer:
            try:
                Server(desk).get_consent_grant(Asked("GET", issuer, AUTHORIZE_PATH, form))
            except OAuth2Error as error:
                return refused(error.description or "", error.error or "invalid_request")
            return pushed(desk, form, self._envelopes)

        return await self._run(issuer, _returning(app, uri), work, asking)

    async def device(self, issuer: str, form: Parameters, caller: str) -> Answer:
        """Give a device its codes (RFC 8628 §3.1). `caller` is its network address, which is shown to whoever lets it in."""
        if (wrong := unfit(issuer, form)) is not None:
            return wrong
        asked, app = Asked("POST", issuer, DEVICE_AUTHORIZATION_PATH, form), await self._client(form)

        def work(desk: Desk) -> Answer:
            return _answer(Server(desk).create_endpoint_response("device_authorization", asked))

        return await self._run(issuer, app, work, Asking(caller))

    async def revoke(self, issuer: str, form: Parameters) -> Answer:
        """Revoke the family of a token (RFC 7009). An unknown token is answered as a revoked one."""
        if (fault := fault_of(form)) is not None:
            return refused(fault)
        asked, app = Asked("POST", issuer, REVOKE_PATH, form), await self._client(form)
        return await self._run(issuer, app, lambda desk: _answer(Server(desk).create_endpoint_response("revocation", asked)))

    async def nonce(self) -> str | None:
        """Return what the next proof at the token endpoint must carry; None if it cannot be told just now."""
        try:
            return await self._proofs.nonce()
        except NotReady:
            return None

    async def _asking(self, address: str, proof: str | None) -> Asking | Answer:
        """Return who asks, by the key that they prove to hold; or the answer to a proof that cannot be taken (RFC 9449 §5, §8)."""
        if proof is None:
            return _NOBODY
        try:
            return Asking(key_hash=await self._proofs.key_hash(proof, "POST", address, needs_nonce=True))
        except ProofInvalid as error:
            return refused(error.message, "invalid_dpop_proof")
        except NonceNeeded:
            answer = refused("Send the proof again, with the nonce of the header DPoP-Nonce", "use_dpop_nonce")
            return replace(answer, headers={"DPoP-Nonce": await self._proofs.nonce()})

    async def _meant(self, query: Parameters) -> Parameters:
        """Return what a request asks for: what was pushed, if it names that."""
        if (reference := reference_of(query)) is None:
            return query
        now = self._clock.now()
        return await self._store.run(lambda records: parameters_pushed(records, reference, query, now, self._envelopes))

    async def _destination(self, query: Parameters) -> tuple[App, str]:
        clients, uris = ([value for key, value in query if key == name] for name in ("client_id", "redirect_uri"))
        app = await self.app(clients[0]) if len(clients) == 1 else None
        if app is None:
            raise MalformedRequest("the app that sent you here is not known to this Satchel", details={"param": "client_id"})
        if len(uris) != 1 or not app.allows_redirect(uris[0]):
            raise MalformedRequest(
                f"{app.name} asked to send you back to an address that is not registered for it", details={"param": "redirect_uri"}
            )
        return app, uris[0]

    async def _client(self, form: Parameters) -> App | None:
        """Return the app that a form names, without asking anybody: codes and tokens are bound to its id."""
        named = dict(form).get("client_id", "")
        return app_of_document(named) if is_document_address(named) else await self._find_app(named)

    async def app(self, client_id: str) -> App | None:
        """Return the app of a client id, its document read where it is the address of one; None if it is unknown.

        Raises:
            MalformedRequest: the document does not describe it.
        """
        return await self._documents.find(client_id) if is_document_address(client_id) else await self._find_app(client_id)

    async def _run(self, issuer: str, app: App | None, work: Callable[[Desk], T], asking: Asking = _NOBODY) -> T:
        revoked: list[str] = []

        def inside(records: OAuthRecords) -> T:
            desk = Desk(records, app, issuer, ids=self._ids, now=self._clock.now(), asking=asking)
            done = work(desk)
            revoked.extend(desk.revoked)
            return done

        done = await self._store.run(inside)
        for token_id in revoked:
            self._bus.publish(TOKENS_TOPIC, {"token_id": token_id})
        return done


def names_document(query: Parameters) -> bool:
    """Tell whether checking a request would fetch a document that its sender chose."""
    return any(name == "client_id" and is_document_address(value) for name, value in query)


def _answer(answer: Answer | None) -> Answer:
    """Give Authlib's untyped result its type, and its refusals words."""
    return explained(answer) if answer is not None else refused("unknown endpoint")


def _returning(app: App, uri: str) -> App:
    """Return a web app that may return to `uri`: whether it may is in its document, which is read once somebody is there to ask."""
    return replace(app, redirect_uris=frozenset({uri})) if is_document_address(app.client_id) else app


def _refusal(issuer: str, query: Parameters) -> tuple[str, str] | None:
    """Return why a request with a good destination cannot even be read, as error and description; None if it can."""
    if (fault := fault_of(query)) is not None:
        return "invalid_request", fault
    sent = dict(query)
    for name, error in _REFUSED_PARAMETERS.items():
        if name in sent:
            return error, f"'{name}' is not supported"
    if not sent.get("response_type"):
        return "invalid_request", "Missing 'response_type'"
    if sent.get("response_mode", "query") != "query":
        return "invalid_request", "'response_mode' must be query"
    if not _KEY_HASH.fullmatch(sent.get("dpop_jkt", "x" * 43)):
        return "invalid_request", "'dpop_jkt' must be the SHA-256 thumbprint of a key"
    return foreign_resource(issuer, query)


def _send_back(issuer: str, redirect_uri: str, query: Parameters, error: str, description: str | None) -> SendBack:
    states = [value for name, value in query if name == "state"]
    words = plain_words(error, description or "")
    answer = {"error": error, **({"error_description": words} if words else {}), "iss": issuer}
    if len(states) == 1 and states[0]:
        answer["state"] = states[0]
    parts = urlsplit(redirect_uri)
    added = urlencode(answer, quote_via=quote, errors="replace")
    return SendBack(urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added)))


def _quieten_authlib() -> None:
    """Keep Authlib above DEBUG, where it would log whole tokens."""
    logger = logging.getLogger("authlib")
    if logger.getEffectiveLevel() < logging.INFO or logger.level < logging.INFO:
        logger.setLevel(logging.INFO)
