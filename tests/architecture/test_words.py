"""What the extension shows: every word comes from `_locales`, in each language, with the same places."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from .test_sizes import MEASURE, node
from .tree import REFERENCE, ROOT, code, read

LOCALES = ROOT / "extension" / "public" / "_locales"
LANGUAGES = sorted(path.name for path in LOCALES.iterdir())
# What the languages' rules for plurals tell apart; a language with more forms needs them here and in its file.
FORMS = {"en": {"one", "other"}, "de": {"one", "other"}}
SOURCES = [path for path in code(".ts", ".tsx") if path.as_posix().startswith(("extension/src/", "extension/entrypoints/"))]


def messages(language: str) -> dict[str, str]:
    """Return the messages of a language by their names."""
    entries = json.loads((LOCALES / language / "messages.json").read_text(encoding="utf-8"))
    return {name: entry["message"] for name, entry in entries.items()}


def base(name: str) -> str:
    """Return a message's name without the plural form."""
    return re.sub(r"_(one|other)$", "", name)


ENGLISH = messages("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_there_in_every_language(language: str) -> None:
    assert {base(name) for name in messages(language)} == {base(name) for name in ENGLISH}
    counted = {base(name) for name in messages(language) if base(name) != name}
    assert {name for name in counted for form in FORMS[language] if f"{name}_{form}" not in messages(language)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_has_the_same_places_in_every_language(language: str) -> None:
    places = {name: set(re.findall(r"\{(\w+)\}", text)) for name, text in messages(language).items()}
    expected = {name: set(re.findall(r"\{(\w+)\}", text)) for name, text in ENGLISH.items()}
    assert {name: found for name, found in places.items() if found != expected.get(name, found)} == {}
    assert [name for name, text in messages(language).items() if not text.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_an_error_has_a_sentence_in_every_language(language: str) -> None:
    stable = set(re.findall(r"^### `(\w+)`$", read(REFERENCE / "errors.md"), re.MULTILINE))
    ours = {code for path in SOURCES for code in re.findall(r"\bcode: \"([a-z_]+)\"", read(path))}
    assert (len(stable) > 40, len(ours) > 5) == (True, True)
    assert {f"error_{code}" for code in stable | ours} - set(messages(language)) == set()


def raw_words(*files: Path) -> list[str]:
    """Return what these files show, or fail with, without a message of ours."""
    if not (MEASURE.parent / "node_modules").exists():
        pytest.skip("the TypeScript parser is not installed: `make tools`")
    command = [node(), MEASURE.with_name("raw-words.mjs"), *map(str, files)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line)["words"] for line in ended.stdout.splitlines()]


def test_nothing_that_people_read_has_words_of_its_own() -> None:
    pages_read = "extension/src/page/"  # by developers, in English, as the original's errors are
    shown = [path for path in SOURCES if not path.as_posix().startswith(pages_read)]
    assert len(shown) > 200
    assert raw_words(*shown) == []


def test_words_are_found_on_screens_in_titles_and_in_failures(tmp_path: Path) -> None:
    file = tmp_path / "shown.tsx"
    file.write_text("""
        const state = paused ? "all paused" : t("known");
        button.setTitle({ title: `State: ${state}` });
        const LOST = "was lost";
        export const Screen = () => <p title="a title">in a place {t("known")}<b class="mono">code</b></p>;
        throw new TypeError(LOST);
        throw new WorkerFault("has no code", { code: null });
        throw new WorkerFault("has a code", { code: "known" });
        """)
    assert set(raw_words(file)) == {"all paused", "State:", "was lost", "a title", "in a place", "has no code"}


def test_nothing_is_shown_as_html() -> None:
    shown = [path for path in code(".ts", ".tsx") if path.as_posix().startswith(("extension/src/", "backend/portal/src/", "sdk-js/src/"))]
    assert len(shown) > 300
    assert [str(path) for path in shown if re.search("innerHTML|outerHTML|insertAdjacentHTML", read(path), re.IGNORECASE)] == []


def test_every_message_is_used() -> None:
    text = "\n".join(read(path) for path in SOURCES) + read(ROOT / "extension" / "wxt.config.ts")
    whole = set(re.findall(r"[\"'`]([A-Za-z]+_[\w]+|extName|extDescription)[\"'`]", text)) | set(re.findall(r"__MSG_(\w+)__", text))
    made = re.findall(r"`(\w+_\w*\$\{[^`]*\}\w*)`", text)
    parts = [re.compile(re.sub(r"\\\$\\\{[^}]*\}", r"\\w+", re.escape(found)) + "$") for found in made]
    assert {name for name in map(base, ENGLISH) if name not in whole and not any(part.match(name) for part in parts)} == set()
