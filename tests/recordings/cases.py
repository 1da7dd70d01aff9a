"""The shared recordings of third parties: read where they lie, never copied."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / ".." / "shared" / "recordings"
OPENAI_CHAT = (
    *("openai-chat", "azure-openai", "openrouter", "groq", "deepseek", "together", "cerebras", "perplexity", "mistral"),
    *("zai", "xai", "huggingface", "ollama-openai-compat", "vllm", "gemini-openai-compat"),
)
MISSING = "no shared recordings beside the repository (../shared/recordings)"


@dataclass(frozen=True)
class Case:
    """One recorded exchange."""

    id: str
    surface: str
    content: dict[str, Any]

    @property
    def status(self) -> int:
        return int(self.content["response"]["status"])

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.content["response"].get("headers") or {})

    @property
    def is_stream(self) -> bool:
        return bool(self.content["response"]["kind"] == "text")

    @property
    def body(self) -> bytes:
        response = self.content["response"]
        return response["text"].encode() if self.is_stream else json.dumps(response["json"]).encode()

    @property
    def chunk_lengths(self) -> list[int]:
        return list(self.content["response"].get("chunk_lengths") or [])


def cases() -> list[Case]:
    """Return the cases of this dialect; none where the folder is absent."""
    found = (path for surface in OPENAI_CHAT for path in sorted((FOLDER / surface).glob("*.json")))
    return [Case(f"{path.parent.name}/{path.stem}", path.parent.name, json.loads(path.read_text("utf-8"))) for path in found]


def splits(case: Case) -> Iterator[tuple[str, list[bytes]]]:
    """Yield every way to cut a body that the recordings' README asks for."""
    body = case.body
    yield "whole", [body]
    if case.chunk_lengths:
        yield "recorded", list(cut_after(body, case.chunk_lengths))
    yield "byte by byte", [body[at : at + 1] for at in range(len(body))]
    inside = [at for at in range(1, len(body)) if body[at] & 0xC0 == 0x80]
    if inside:
        yield "inside characters", list(cut_at(body, inside))
    ends = [at for at in range(1, len(body)) if body[at - 1 : at] in (b"\r", b"\n") or body[at - 2 : at] == b"da"]
    yield "inside line ends and field names", list(cut_at(body, ends))
    for seed in range(20):
        chance = random.Random(seed)
        yield f"random {seed}", list(cut_at(body, sorted(chance.sample(range(1, len(body)), min(len(body) - 1, chance.randint(1, 60))))))


def cut_after(body: bytes, lengths: list[int]) -> Iterator[bytes]:
    at = 0
    for length in lengths:
        yield body[at : at + length]
        at += length


def cut_at(body: bytes, places: list[int]) -> Iterator[bytes]:
    for start, end in zip([0, *places], [*places, len(body)], strict=True):
        yield body[start:end]
