"""Our nouns in the shapes that Authlib asks for, and the requests and answers that pass between it and the doors."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, OAuth2Payload, OAuth2Request, TokenMixin
from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE

from satchel.domain.apps import App, AuthorizationCode
from satchel.domain.tokens import Token

Parameters = Sequence[tuple[str, str]]
"""Query or form as sent: every pair, repeated names too."""

_MAX_FIELDS = 40


@dataclass(slots=True)
class Answer:
    """What a door replies: a JSON body, or a redirect to `location`. Authlib's issuer extension writes to `location`."""

    status: int
    body: Mapping[str, object] = field(default_factory=dict)
    location: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Client(ClientMixin):  # type: ignore[misc]
    """An app as Authlib's client: public, code and refresh grants only, everything exact."""

    def __init__(self, app: App) -> None:
        self.app = app

    def get_client_id(self) -> str:
        """Return the client id."""
        return self.app.client_id

    def get_default_redirect_uri(self) -> None:
        """Return none: a redirect URI is always named."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the scopes asked for; None, which refuses, if there are none or one is not the app's."""
        asked = scopes_of(scope)
        return scope_text(asked) if asked and asked <= self.app.scopes else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Tell whether this is one of the app's redirect URIs, character for character."""
        return self.app.allows_redirect(redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        """Return False: there are no secrets."""
        return False

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Tell whether the client may present itself so: by its id alone."""
        return method == "none"

    def check_response_type(self, response_type: str) -> bool:
        """Allow codes only."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Allow the grants we have."""
        return grant_type in ("authorization_code", "refresh_token") or (grant_type == DEVICE_CODE_GRANT_TYPE and self.app.pairs_devices)


class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    """An authorization code as Authlib's."""

    def __init__(self, record: AuthorizationCode) -> None:
        self.record = record
        self.code_challenge = record.code_challenge
        self.code_challenge_method = "S256"

    def get_redirect_uri(self) -> str:
        """Return the redirect URI that the code was sent to."""
        return self.record.redirect_uri

    def get_scope(self) -> str:
        """Return the scopes consented to."""
        return scope_text(self.record.scopes)


class IssuedToken(TokenMixin):  # type: ignore[misc]
    """A token's record as Authlib's."""

    def __init__(self, record: Token) -> None:
        self.record = record

    def check_client(self, client: Client) -> bool:
        """Tell whether the token was issued to this client."""
        return self.record.client_id == client.app.client_id

    def get_scope(self) -> str:
        """Return the token's scopes."""
        return scope_text(self.record.scopes)


class Payload(OAuth2Payload):  # type: ignore[misc]
    """Parameters with real lists of values, so that Authlib's checks for repeated names see them."""

    def __init__(self, pairs: Parameters) -> None:
        self._lists: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in pairs:
            self._lists[name].append(value)
        self._first = {name: values[0] for name, values in self._lists.items()}

    @property
    def data(self) -> dict[str, str]:
        """Return the first value of each name."""
        return self._first

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        """Return every value of each name."""
        return self._lists


class Asked(OAuth2Request):  # type: ignore[misc]
    """A request to the authorization, token or revocation endpoint.

    Its address is made of the issuer, not of the connection: behind a proxy the two differ, and Authlib insists on https.
    """

    def __init__(self, method: str, issuer: str, path: str, pairs: Parameters) -> None:
        super().__init__(method, issuer + path)
        self.payload = Payload(pairs)

    @property
    def args(self) -> dict[str, str]:
        """Return the query."""
        return dict(self.payload.data)

    @property
    def form(self) -> dict[str, str]:
        """Return the form."""
        return dict(self.payload.data)


def scopes_of(text: str | None) -> frozenset[str]:
    """Return the scopes of a space-separated list."""
    return frozenset((text or "").split())


def scope_text(scopes: frozenset[str]) -> str:
    """Return scopes as a space-separated list, in a stable order."""
    return " ".join(sorted(scopes))


def parameters_of(encoded: str) -> Parameters:
    """Return the pairs of an `application/x-www-form-urlencoded` text in their order, repeated names and empty values too.

    Raises:
        ValueError: it has more than 40 fields.
    """
    return parse_qsl(encoded, keep_blank_values=True, errors="replace", max_num_fields=_MAX_FIELDS)
