"""The extension's sign-in without a browser: the same pages and forms, followed by hand, for tests and measurements that need its token."""

import base64
import hashlib
import html
import json
import re
import secrets
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT = "satchel-extension"
REDIRECT = "https://obokckflholpogcnmlgdjmncdemhikia.chromiumapp.org/"
SCOPES = "generate models grants activity settings ext:attest-origin"


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follow redirects of our own server, and stop at the one that leaves it."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> urllib.request.Request | None:
        """Return the next request, None for the way out."""
        return None if newurl.startswith(REDIRECT) else super().redirect_request(req, fp, code, msg, headers, newurl)


class _Visitor:
    """A browser's part: cookies, and forms posted from our own pages."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opener = urllib.request.build_opener(_StayHere, urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, address: str) -> str:
        """Return a page."""
        return str(self._opener.open(address, timeout=20).read().decode())

    def post(self, address: str, form: dict[str, str]) -> Any:
        """Return the answer to a form; the redirect that leaves our server is one."""
        headers = {"origin": self.url, "sec-fetch-site": "same-origin"}
        request = urllib.request.Request(address, data=urlencode(form).encode(), headers=headers)
        try:
            return self._opener.open(request, timeout=20)
        except urllib.error.HTTPError as left:
            return left


def extension_token(url: str, email: str, password: str) -> str:
    """Return an access token of the built-in extension app."""
    return extension_tokens(url, email, password)["access_token"]


def extension_tokens(url: str, email: str, password: str) -> dict[str, str]:
    """Return what the built-in extension app gets: authorization code with PKCE S256, signed in as the account."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    question = {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": REDIRECT,
        "scope": SCOPES,
        "state": "s",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    visitor = _Visitor(url)
    authorize = f"{url}/oauth/authorize?{urlencode(question)}"
    after = html.unescape(re.findall(r'name="next" value="([^"]*)"', visitor.get(authorize))[0])
    page = visitor.post(f"{url}/sign-in", {"next": after, "email": email, "password": password}).read().decode()
    proof = re.findall(r'name="token" value="([^"]*)"', page)[0]
    with visitor.post(authorize, {"token": proof, "decision": "allow"}) as left:
        code = parse_qs(urlsplit(left.headers["location"]).query)["code"][0]
    grant = {"grant_type": "authorization_code", "client_id": CLIENT, "redirect_uri": REDIRECT, "code": code, "code_verifier": verifier}
    tokens: dict[str, str] = json.loads(visitor.post(f"{url}/oauth/token", grant).read())
    return tokens
