"""The portal: its pages, and those that an app, a device or a mistake leads to."""

import base64
import hashlib
import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from playwright.sync_api import Page
from tests.e2e.axe import CONSENT
from tests.e2e.chromium import ARMED_MS
from tests.e2e.screens.screen import Screen
from tests.e2e.screens.stage import Stage
from tests.stage import EMAIL, PASSWORD

VIEWS = ("home", "activity", "sites", "keys", "security", "tokens", "invitations", "audit")


def view(name: str) -> Callable[[Stage], Iterator[Page]]:
    """Return the way to one of the portal's pages."""

    def way(stage: Stage) -> Iterator[Page]:
        with stage.portal(name) as page:
            yield page

    return way


def activity_forgotten(stage: Stage) -> Iterator[Page]:
    """Be asked whether all activity may be forgotten; keep it."""
    with stage.portal("activity") as page:
        page.get_by_role("button", name="Forget…").click()
        page.get_by_role("dialog").wait_for()
        yield page
        page.get_by_role("button", name="Keep").click()
        page.get_by_role("dialog").wait_for(state="detached")


def activity_kept(stage: Stage) -> Iterator[Page]:
    """Be asked whether what is older than the time that was chosen may be forgotten; keep it."""
    with stage.portal("activity") as page:
        page.get_by_label("Keep who asked which model").select_option("30")
        page.get_by_role("dialog").wait_for()
        yield page
        page.get_by_role("dialog").get_by_role("button").first.click()
        page.get_by_role("dialog").wait_for(state="detached")


def key_deleted(stage: Stage) -> Iterator[Page]:
    """Be asked whether a key may go; keep it."""
    with stage.portal("keys") as page:
        page.get_by_role("button", name="Delete studio").click()
        page.get_by_role("dialog").wait_for()
        yield page


def account_left(stage: Stage) -> Iterator[Page]:
    """Be asked whether the account may go; keep it."""
    with stage.portal("security") as page:
        page.get_by_role("button", name="Delete my account…").click()
        page.get_by_role("dialog").wait_for()
        yield page


def token_made(stage: Stage) -> Iterator[Page]:
    """Make a token; it is shown once."""
    with stage.portal("tokens") as page:
        page.get_by_label("What is it for?").fill("Editor on my laptop")
        page.get_by_role("button", name="Make token").click()
        page.get_by_text("sat_").first.wait_for()
        yield page


def invitation_made(stage: Stage) -> Iterator[Page]:
    """Invite somebody; the link is shown once."""
    with stage.portal("invitations") as page:
        page.get_by_label("Whom is it for?").fill("Ada, from next door")
        page.get_by_role("button", name="Make a link").click()
        page.get_by_text("/setup/").wait_for()
        yield page


def sign_up_invited(stage: Stage) -> Iterator[Page]:
    """Open the link of an invitation."""
    with stage.tab(stage.satchel.command("account", "invite").strip()) as page:
        page.get_by_role("heading", name="Make your account").wait_for()
        yield page


def asked(stage: Stage, **more: str) -> AbstractContextManager[Page]:
    """Open the page by which an app asks to be let in."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"a verifier that nobody guesses, long enough").digest()).decode().rstrip("=")
    query = {"code_challenge": challenge, "code_challenge_method": "S256", **more}
    return stage.tab(f"{stage.satchel.url}/auth?{urlencode(query)}")


def site_asks(stage: Stage) -> Iterator[Page]:
    """Let a site without the extension ask to be let in."""
    with asked(stage, callback_url="https://notes.example/back") as page:
        page.get_by_role("button", name="Allow").wait_for()
        yield page


def program_asks(stage: Stage) -> Iterator[Page]:
    """Let a program without a page ask, with terms that it proposes."""
    ends_at = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=45)
    with asked(stage, limit="20", usage_limit_type="monthly", key_label="Night job", expires_at=ends_at.isoformat()) as page:
        page.get_by_role("button", name="Allow").wait_for()
        yield page


def program_code(stage: Stage) -> Iterator[Page]:
    """Allow it, and get the code to copy."""
    with asked(stage, limit="20", key_label="Night job") as page:
        page.get_by_role("button", name="Allow").wait_for()
        page.wait_for_timeout(ARMED_MS)
        page.get_by_role("button", name="Allow").click()
        shown = page.get_by_role("heading", name="Copy this code")
        shown.or_(page.get_by_role("heading", name="Is it you?")).wait_for()
        if not shown.count():  # on a slow machine the sign-in is over five minutes old by now
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Allow").click()
        shown.wait_for()
        yield page


def device(stage: Stage) -> Iterator[Page]:
    """Be asked for a device's code."""
    with stage.tab(f"{stage.satchel.url}/device") as page:
        page.get_by_label("Code").wait_for()
        yield page


def device_asks(stage: Stage) -> Iterator[Page]:
    """Type the code that a device shows."""
    form = urlencode({"client_id": "satchel-terminal", "scope": "generate models"}).encode()
    with urllib.request.urlopen(f"{stage.satchel.url}/oauth/device_authorization", data=form, timeout=20) as answer:
        code = json.load(answer)["user_code"]
    with stage.tab(f"{stage.satchel.url}/device") as page:
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Allow").wait_for()
        yield page
        page.wait_for_timeout(700)
        page.get_by_role("button", name="Deny").click()
        page.get_by_role("heading", name="It was not let in").wait_for()


def error_page(stage: Stage) -> Iterator[Page]:
    """Come with a request that is none."""
    with stage.tab(f"{stage.satchel.url}/oauth/authorize?client_id=nobody") as page:
        page.get_by_text("Details").wait_for()
        yield page


def sign_out(stage: Stage) -> Iterator[Page]:
    """Be asked whether to sign out."""
    with stage.tab(f"{stage.satchel.url}/sign-out") as page:
        page.locator("h1").wait_for()
        yield page


def signed_in(stage: Stage) -> Iterator[Page]:
    """Sign in to the portal: the first of its pages."""
    with stage.tab(f"{stage.satchel.url}/sign-in") as page:
        if page.get_by_label("Email").count():
            page.get_by_label("Email").fill(EMAIL)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("heading", name="Home").wait_for()
        stage.settle(page)
        yield page


SCREENS = (
    Screen("portal-home", signed_in),
    *(Screen(f"portal-{name}", view(name)) for name in VIEWS[1:]),
    Screen("portal-activity-forget", activity_forgotten),
    Screen("portal-activity-kept", activity_kept),
    Screen("portal-keys-delete", key_deleted),
    Screen("portal-account-delete", account_left),
    Screen("portal-token-made", token_made),
    Screen("portal-invitation-made", invitation_made),
    Screen("sign-up-invited", sign_up_invited),
    Screen("site-asks", site_asks, CONSENT),
    Screen("program-asks", program_asks, CONSENT),
    Screen("program-code", program_code, CONSENT),
    Screen("device", device, CONSENT),
    Screen("device-asks", device_asks, CONSENT),
    Screen("error-page", error_page, CONSENT),
    Screen("sign-out", sign_out, CONSENT),
)
