"""The apps that tokens may be issued to."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

from satchel.services.apps import CHROMIUM_EXTENSION_ID, EXTENSION_CLIENT_ID, GECKO_ADDON_ID, Apps

CONFIG = Path(__file__).resolve().parents[2] / "extension" / "wxt.config.ts"


def test_the_pinned_ids_are_those_of_the_extension_that_we_build() -> None:
    text = CONFIG.read_text()
    key = re.search(r'"(MII[A-Za-z0-9+/=]+)"', text)
    assert key
    digest = hashlib.sha256(base64.b64decode(key[1])).hexdigest()[:32]
    assert digest.translate(str.maketrans("0123456789abcdef", "abcdefghijklmnop")) == CHROMIUM_EXTENSION_ID
    assert f'"{GECKO_ADDON_ID}"' in text


def test_the_extension_is_built_in_verified_and_has_both_browsers_redirects() -> None:
    app = Apps().find(EXTENSION_CLIENT_ID)
    assert app
    assert app.verified
    assert app.name == "Satchel extension"
    assert app.scopes == {"generate", "models", "grants", "activity", "settings", "ext:attest-origin"}
    assert app.redirect_uris == {
        f"https://{CHROMIUM_EXTENSION_ID}.chromiumapp.org/",
        f"https://{hashlib.sha1(GECKO_ADDON_ID.encode()).hexdigest()}.extensions.allizom.org/",
    }
    assert Apps().find("nobody") is None


def test_an_operator_adds_extensions_by_id() -> None:
    apps = Apps(frozenset({"a" * 32, "mine@self.example", "nonsense"}))
    app = apps.find(EXTENSION_CLIENT_ID)
    assert app
    assert len(app.redirect_uris) == 4
    assert apps.allows_origin(f"chrome-extension://{'a' * 32}")
    assert not apps.allows_origin("chrome-extension://nonsense/")


@pytest.mark.parametrize(
    "origin",
    ["", "null", "https://a.example", "chrome-extension://", f"chrome-extension://{'b' * 32}", f"chrome-extension://{CHROMIUM_EXTENSION_ID}/x",
     f"chrome-extension://{CHROMIUM_EXTENSION_ID}:80", "moz-extension://x", "moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc.evil"],
)  # fmt: skip
def test_other_origins_stay_out(origin: str) -> None:
    assert not Apps().allows_origin(origin)


def test_a_web_page_that_the_operator_allows_is_an_app_under_its_origin() -> None:
    apps = Apps(origins=frozenset({"https://a.example", f"chrome-extension://{'b' * 32}"}))
    app = apps.find("https://a.example")
    assert app
    assert (app.name, app.verified, app.scopes) == ("a.example", False, {"generate", "models"})
    assert app.allows_redirect("https://a.example/")
    assert app.allows_redirect("https://a.example/chat/")
    assert apps.allows_origin("https://a.example")
    assert apps.find(f"chrome-extension://{'b' * 32}") is None
    assert apps.find("https://b.example") is None


def test_of_an_origin_with_pages_named_those_alone_may_get_the_code() -> None:
    named = frozenset({"https://a.example/back", "http://127.0.0.1:5173/back"})
    apps = Apps(origins=frozenset({"https://a.example", "http://127.0.0.1:5173", "https://b.example"}), redirect_uris=named)
    takes = {
        "https://a.example": [("/back", True), ("/", False), ("/back/", False), ("/back?x=1", False), ("/other", False)],
        "http://127.0.0.1:5173": [("/back", True), ("/", False)],
        "https://b.example": [("/", True), ("/other", True)],
    }
    for origin, pages in takes.items():
        app = apps.find(origin)
        assert app
        assert [(page, app.allows_redirect(origin + page)) for page, _ in pages] == pages
    here = apps.find("http://127.0.0.1:5173")
    assert here
    assert not here.allows_redirect("http://127.0.0.1:4000/back"), "another port is another site"


@pytest.mark.parametrize(
    "uri",
    ["https://a.example", "https://a.example.evil/", "https://a.example@evil/", "https://a.example:444/", "http://a.example/",
     "https://a.example/?x=1", "https://a.example/#x", "https://a.example/\\evil", "https://a.example/ x", "https://evil/https://a.example/"],
)  # fmt: skip
def test_nothing_but_a_plain_page_of_its_origin_may_get_the_code(uri: str) -> None:
    app = Apps(origins=frozenset({"https://a.example"})).find("https://a.example")
    assert app
    assert not app.allows_redirect(uri)
