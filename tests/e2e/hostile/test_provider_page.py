"""Pages that want to be the person's provider: only a provider's own page may ask, and the person decides."""

import pytest
from tests.e2e.driven import Tab
from tests.e2e.hostile.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.model]
UPDATE = "window.updated = window.ai.BETA_updateModelProvider(OPTIONS).then(() => 'done', (error) => error)"


def labels(scene: Scene) -> list[str]:
    """Return the names of the person's keys."""
    return [key["label"] for key in scene.satchel.call(scene.token, "GET", "/v1/keys")["data"]]


def updated(scene: Scene, page: Tab, options: str, button: str) -> str:
    """Call the original's deed, press a button of the window that opens, and return how the call ended."""
    page.show()
    page.touch()
    window = scene.browser.opened(lambda: page.begin(UPDATE.replace("OPTIONS", options)))
    window.leave(button)
    end: str = page.do("window.updated")
    return end


def test_a12_only_a_providers_own_page_may_ask_to_be_the_default_or_signed_out_and_the_person_decides(scene: Scene) -> None:
    token, windows = scene.token, scene.browser.windows()
    before = scene.satchel.call(token, "GET", "/v1/account")["preferred_model"]
    allowed, hostile = scene.page(scene.here), scene.page(scene.elsewhere)
    for page in (hostile, allowed):  # consent to be answered makes nobody a provider
        for options in (f"{{ baseUrl: '{scene.satchel.url}', shouldSetDefault: true }}", "{ session: null }"):
            assert page.do(UPDATE.replace("OPTIONS", options)) in ("PERMISSION_DENIED", "INVALID_REQUEST")
    assert scene.browser.windows() == windows + 2
    assert scene.satchel.call(token, "GET", "/v1/account")["preferred_model"] == before

    scene.satchel.add_server(f"{scene.here}/v1", "theirs")
    assert updated(scene, allowed, "{ session: null }", "Leave it as it is") == "PERMISSION_DENIED"
    assert labels(scene) == ["lab", "theirs"]
    assert updated(scene, allowed, "{ session: null }", "Forget the key") == "done"
    assert labels(scene) == ["lab"]

    lab = scene.page(scene.upstream.base_url, "models")  # a page of the provider's own
    assert updated(scene, lab, "{ baseUrl: location.origin, shouldSetDefault: true }", "Make it my default") == "done"
    after = scene.satchel.call(token, "GET", "/v1/account")["preferred_model"]
    assert (after.split(":")[0], after == before) == ("lab", False)
    scene.satchel.call(token, "PATCH", "/v1/account", {"preferred_model": before})
    for page in (lab, allowed, hostile):
        page.close()
