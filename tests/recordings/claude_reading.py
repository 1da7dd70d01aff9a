"""Recorded answers in Anthropic's format on four hosts and in Bedrock Converse's, and a second, simpler reading of whole bodies.

What the decoders must agree with. Nothing here looks at checksums or cuts.
"""

import json
import re
import struct
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .cases import Case
from .replay import cases_of

SSE_SURFACES = ("anthropic", "azure-anthropic", "vertex-anthropic")


class FramedCase(Case):
    """A case whose stream, if it is one, is in frames."""

    @property
    def is_stream(self) -> bool:
        return bool(self.content["response"]["kind"] == "binary")

    @property
    def body(self) -> bytes:
        response = self.content["response"]
        return b64decode(response["base64"]) if self.is_stream else json.dumps(response["json"]).encode()


def sse_cases() -> list[Case]:
    return cases_of(*SSE_SURFACES)


def framed_cases(surface: str) -> list[Case]:
    return [FramedCase(case.id, case.surface, case.content) for case in cases_of(surface)]


@dataclass
class Facts:
    """What an answer says, read plainly. A call is id, name, arguments."""

    text: str = ""
    reasoning: str = ""
    opaque: list[str] = field(default_factory=list)
    calls: list[list[Any]] = field(default_factory=list)
    native: str | None = None
    usage: dict[str, int] = field(default_factory=dict)
    model: str | None = None
    upstream_id: str | None = None


def frames(body: bytes) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """Yield the headers and the JSON of every frame of a body."""
    while body:
        total, headers_bytes, _ = struct.unpack(">III", body[:12])
        headers, payload, body = body[12 : 12 + headers_bytes], body[12 + headers_bytes : total - 4], body[total:]
        texts = {}
        while headers:
            name, rest = headers[1 : 1 + headers[0]].decode(), headers[2 + headers[0] :]
            size = struct.unpack(">H", rest[:2])[0]
            texts[name], headers = rest[2 : 2 + size].decode(), rest[2 + size :]
        yield texts, json.loads(payload)


def messages_facts(case: Case) -> Facts:
    """Read an answer in Anthropic's format."""
    found = Facts()
    if not case.is_stream:
        message = case.content["response"]["json"]
        blocks, ends, reports = message["content"], [message], [message["usage"]]
    else:
        events = _messages_events(case)
        blocks = list(_blocks_of(events))
        ends = [event["delta"] for event in events if event["type"] == "message_delta"]
        message = events[0]["message"]
        reports = [message["usage"], *(event["usage"] for event in events if event["type"] == "message_delta")]
    for block in blocks:
        found.text += block["text"] if block["type"] == "text" else ""
        found.reasoning += block["thinking"] if block["type"] == "thinking" else ""
        found.opaque += [block["signature"]] if block["type"] == "thinking" else []
        found.calls += [[block["id"], block["name"], block["input"]]] if block["type"] == "tool_use" else []
    found.native = ends[-1]["stop_reason"]
    found.model, found.upstream_id = message["model"], message["id"]
    for report in reports:
        found.usage.update({key: value for key, value in report.items() if isinstance(value, int)})
        found.usage.update(report.get("output_tokens_details") or {})
    return found


def _messages_events(case: Case) -> list[dict[str, Any]]:
    if isinstance(case, FramedCase):
        return [json.loads(b64decode(payload["bytes"])) for _, payload in frames(case.body)]
    return [json.loads(data) for data in re.findall(r"^data: (.*)$", case.content["response"]["text"], re.MULTILINE)]


def _blocks_of(events: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Put each block together, as the whole message would have had it."""
    keys = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "signature", "input_json_delta": "partial_json"}
    for start in (event for event in events if event["type"] == "content_block_start"):
        block = {"partial_json": "", "signature": "", **start["content_block"]}
        for event in events:
            if event["type"] == "content_block_delta" and event["index"] == start["index"]:
                key = keys[event["delta"]["type"]]
                block[key] += event["delta"][key]
        yield {**block, "input": json.loads(block["partial_json"] or "{}")}


def converse_facts(case: Case) -> Facts:
    """Read an answer of Converse."""
    found = Facts()
    if not case.is_stream:
        body = case.content["response"]["json"]
        for block in body["output"]["message"]["content"]:
            found.text += block.get("text", "")
            call = block.get("toolUse")
            found.calls += [[call["toolUseId"], call["name"], call["input"]]] if call else []
        found.native, found.usage = body["stopReason"], body["usage"]
        return found
    events = [(headers[":event-type"], payload) for headers, payload in frames(case.body)]
    for kind, payload in events:
        if kind == "contentBlockStart":
            call, at = payload["start"]["toolUse"], payload["contentBlockIndex"]
            pieces = [p["delta"]["toolUse"]["input"] for k, p in events if k == "contentBlockDelta" and p["contentBlockIndex"] == at]
            found.calls.append([call["toolUseId"], call["name"], json.loads("".join(pieces) or "{}")])
        found.text += payload["delta"].get("text", "") if kind == "contentBlockDelta" else ""
        found.native = payload.get("stopReason", found.native)
        found.usage = payload.get("usage", found.usage)
    return found
