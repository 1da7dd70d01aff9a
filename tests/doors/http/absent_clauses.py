"""The MUSTs of the same documents that fall on nobody here, and what our first design asked beyond them, each with its reason.

A reason that no longer holds makes a row elsewhere.
"""

from tests.doors.http.clause_checks import Check, told
from tests.doors.portal.house import BASE, House

ABSENT_CLAUSES: dict[str, str] = {
    "RFC 9700 §2.1 exact redirect URIs of an origin that the operator allows without naming pages": (
        "that app is the whole site, and any of its pages may sign in and come back; SATCHEL_REDIRECT_URIS makes it exact: there is a row"
    ),
    "RFC 9700 §2.1.1 a confidential client may use nonce in place of PKCE": "all our clients are public, and PKCE is asked of all",
    "RFC 9700 §2.1.2, §4.1.2 the implicit grant": "there is none: only response_type=code is answered",
    "RFC 9700 §2.2.1, §4.10.1 sender-constraining by mutual TLS (RFC 8705)": "DPoP is the way to bind a token here",
    "RFC 9700 §2.5 client authentication": "all clients are public: the method is none, and a secret is refused",
    "RFC 9700 §2.6, RFC 8414 §6.1, RFC 8628 §3.1, RFC 9126 §2, RFC 9449 §2 TLS is required": (
        "the proxy in front ends TLS (docs/how-to/run-behind-a-tls-proxy.md); on this computer alone there is none, by RFC 8252 §7.3"
    ),
    "RFC 9700 §2.6, §4.17 verifying both ends of postMessage": "answers go by redirect; response_modes_supported is query alone",
    "RFC 9700 §4.4.2 clients of several servers tell those apart by redirect URIs": "ours do both: there are rows for it",
    "RFC 9700 §4.7.1 a client that relies on PKCE against CSRF must know that the server has it": "ours send state too, always",
    "RFC 9700 §4.7.1 state that carries what the app wants kept must be protected": "ours is derived by HMAC from the attempt, or random",
    "RFC 9700 §4.13 a proxy must sanitize headers": "that is the operator's proxy; what it sends on is not believed",
    "RFC 9700 §4.14.2 a refresh token bound to resource servers": "there is one resource server, this one",
    "RFC 9700 §4.14.2 a risk assessment must decide who gets refresh tokens": (
        "decided once: every app that signs in by code or device, none by the exchange of /auth"
    ),
    "RFC 9700 §4.15.1 tokens of clients and of people must be told apart": "no grant gives a token to a client itself",
    "RFC 7636 §4.2 plain, where a client cannot do S256": "plain is refused, as RFC 9700 §2.1.1 wishes",
    "RFC 7636 §4.4 the challenge must not be in a code that others can read": "codes are random; nothing is in them",
    "RFC 8414 §2 signed_metadata": "there is none, and ours is asked for where it is issued",
    "RFC 8414 §2 signing algorithms of token_endpoint_auth": "private_key_jwt and client_secret_jwt are not offered",
    "RFC 8414 §2, §3 issuers with a path, and several on one host": "the issuer is a bare origin",
    "RFC 9207 §2.4 iss and the JARM response": "response_mode=jwt is not offered",
    "RFC 8707 §3 tokens for others' resources": "resources of others are refused: there is a row",
    "RFC 7009 §2.2.1 a client that hears 503 must believe that the token lives": (
        "the extension forgets its tokens whatever it hears; they end by themselves, or in the portal"
    ),
    "RFC 7009 §2.3 cross-origin revocation by JSONP": "pages of other origins revoke by CORS",
    "RFC 8628 §3.3.1 verification_uri_complete": "it is never sent: the code must be read from the device",
    "RFC 8628 §3.4, §3.5 how a client must poll": "we give the codes; no client of ours asks by them",
    "RFC 9126 §2 audiences of client assertions": "there are none: all clients are public",
    "RFC 9126 §3 signed request objects": "not offered: `request` is refused, there is a row",
    "RFC 9126 §5 require_pushed_authorization_requests of clients": "nobody is made to push; the member does not count here",
    "RFC 9126 §7.2 new redirect URIs only from authenticated clients": "nobody adds redirect URIs by a push: there is a row",
    "RFC 8707 §2, our design: the audience is kept with a token": (
        "a token opens one resource, whichever of its spellings was named, and others are refused: the same word in every row says nothing"
    ),
    "RFC 9126 §5, our design: clients that ask for money scopes must push": (
        "no scope names a sum; the person sets it on the consent page, so nothing in the address is worth changing"
    ),
    "RFC 9449 §5, our design: DPoP is a must for scopes that spend above a limit": (
        "no scope has a limit; the grant's or token's budget is held before each call. Who wants bound tokens only says so: there is a row"
    ),
    "RFC 9449 §6.1 cnf in JWT access tokens": "tokens are opaque; the key is beside the hash, and in introspection",
    "RFC 9449 §7.1 DPoP in Proxy-Authenticate": "no proxy here asks for it",
    "RFC 9449 §9 nonces of resource servers": "ours asks for none: proofs are bound to token and request, and work once, for two minutes",
}

NOT_OFFERED: dict[str, Check] = {
    "authorization by nothing but a code": told(response_types_supported=["code"], response_modes_supported=["query"]),
    "no client with a secret": told(token_endpoint_auth_methods_supported=["none"], revocation_endpoint_auth_methods_supported=["none"]),
    "PKCE by S256 alone": told(code_challenge_methods_supported=["S256"]),
    "nobody is made to push": told(require_pushed_authorization_requests=False),
    "no scope that names money": told(
        scopes_supported=["activity", "ext:attest-origin", "generate", "grants", "models", "settings", "tokens"]
    ),
    "no other resource than this server": told(protected_resources=[BASE]),
    "no signed metadata, request objects, mutual TLS or keys for JWTs": told(
        signed_metadata=None,
        request_parameter_supported=None,
        request_object_signing_alg_values_supported=None,
        tls_client_certificate_bound_access_tokens=None,
        jwks_uri=None,
    ),
}
"""What the reasons above say is not there, as the server's own description has it."""


async def not_offered(home: House) -> None:
    """Check that the reasons hold."""
    for check in NOT_OFFERED.values():
        await check(home)
