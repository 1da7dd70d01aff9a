"""Frames of every kind: they share their page's grant, ask for themselves, or are refused; none hangs."""

from pathlib import Path
from typing import Any

import pytest
from tests.e2e.counting_server import text_of
from tests.e2e.driven import Tab, consent
from tests.e2e.hostile.scene import Scene
from tests.e2e.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.model]
OPAQUE = ("null", 4100, "opaque_origin")
IN = "h.inFrame({ properties: given[0], sandbox: given[1], allow: given[2] })"
SOURCE = "fetch('frame.html').then((reply) => reply.text())"
BLOB = f"{SOURCE}.then((text) => h.inFrame({{ properties: {{ src: URL.createObjectURL(new Blob([text], {{ type: 'text/html' }})) }} }}))"
DATA = f"{SOURCE}.then((text) => h.inFrame({{ properties: {{ src: `data:text/html,${{encodeURIComponent(text)}}` }} }}))"

ASKED = "window.ai.request({ method: 'ai_getPermissions' }).then(() => null, ({ code, data }) => [code, data.satchelCode])"


def ends(page: Tab, properties: dict[str, str], sandbox: str = "") -> Any:
    """Open a frame in the page; return what it reports."""
    return page.do(IN, properties, sandbox, "")


def kind(end: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Return who it was and how it was refused."""
    return end["origin"], end.get("code"), end.get("satchelCode")


def test_f1_a15_frames_of_the_pages_origin_share_its_grant_however_they_came_about(scene: Scene) -> None:
    page = scene.page(scene.here)
    before = scene.upstream.asked
    source = page.do(SOURCE)
    assert ends(page, {"src": f"{scene.here}/frame.html"})["text"] == text_of(3)
    assert ends(page, {"srcdoc": source})["text"] == text_of(3)
    assert page.do("h.inBlank()")["text"] == text_of(3)
    assert page.do(BLOB)["text"] == text_of(3)
    assert scene.upstream.asked == before + 4
    page.close()


def test_f1_a15_documents_without_an_origin_are_refused_or_have_no_window_ai(scene: Scene) -> None:
    page = scene.page(scene.here)
    before = scene.upstream.asked
    assert kind(ends(page, {"src": f"{scene.here}/frame.html"}, "allow-scripts")) == OPAQUE
    assert kind(ends(page, {"srcdoc": page.do(SOURCE)}, "allow-scripts")) == OPAQUE
    data = page.do(DATA)
    assert kind(data) == OPAQUE or (data["origin"], data["has"]) == ("null", "undefined")
    assert scene.upstream.asked == before
    page.close()


def test_f1_a15_a_frame_of_another_origin_asks_for_itself_delegated_or_not_and_however_deep(scene: Scene, origin: str) -> None:
    page = scene.page(scene.here)
    before = scene.upstream.asked
    inner = f"{origin}/frame.html"
    window = consent(scene.browser, page, f"window.inner = {IN}", {"src": inner}, "", "language-model; clipboard-read")
    until(
        lambda: origin.removeprefix("http://") in window.text() and scene.here.removeprefix("http://") in window.text(), "both to be named"
    )
    window.press("Always allow")
    assert page.do("window.inner")["text"] == text_of(3)
    assert scene.granted(origin) == [scene.here]
    assert ends(page, {"src": inner})["text"] == text_of(3), "what was allowed here is allowed here without delegation, too"
    middle = scene.elsewhere.replace("localhost", "middle.localhost")
    nested = ends(page, {"src": f"{middle}/frame.html?inner={inner}"})
    assert (nested["origin"], nested["text"]) == (origin, text_of(3)), "inside the same page, however deep"
    assert scene.upstream.asked == before + 3
    scene.revoke(origin)
    page.close()


def test_f1_a15_a_file_and_a_frame_in_it_are_refused(scene: Scene, tmp_path: Path) -> None:
    scene.grant(scene.elsewhere)
    before = scene.upstream.asked
    inside = f"<iframe src='{scene.elsewhere}/frame.html'></iframe>"
    heard = "<script>onmessage = ({ data }) => { window.heard = data }</script>"
    (tmp_path / "page.html").write_text(f"<!doctype html><title>A file</title>{heard}{inside}")
    page = scene.browser.tab((tmp_path / "page.html").as_uri())
    until(lambda: page.do("window.heard"), "the frame to answer")
    assert page.do("[window.heard.code, window.heard.satchelCode]") == [4100, "unknown_top"]
    if scene.browser.name == "chromium":
        assert page.do(ASKED) == [4100, "opaque_origin"]
    else:  # shows no extension a file
        assert page.do("typeof window.ai") == "undefined"
    assert scene.upstream.asked == before
    scene.revoke(scene.elsewhere)
    page.close()
