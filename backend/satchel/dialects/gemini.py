"""The upstream side of Gemini's generateContent, at its own API and at Vertex: bytes of an answer become events. Pure.

A stream is SSE, or one JSON array in pieces; it has no end mark, so every candidate must have said why it finished.
Source: recorded traffic of both hosts and google-genai 3.4.0, checked 2026-11-23.
"""

from collections.abc import Callable, Iterable

from satchel.dialects.gemini_signatures import signature_detail
from satchel.dialects.json_fields import child, children, count, json_text, text
from satchel.dialects.upstream_answer import UpstreamAnswer
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.events import Event, Finished, FinishReason, Image, ReasoningDelta, TextDelta, ToolCallDelta
from satchel.domain.usage import Usage
from satchel.kit.json_pieces import JsonPieces
from satchel.kit.sse import SseParser

_BLOCKED = ("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR")
_FAILED = ("MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE")


class _Candidate:
    """What one candidate has said so far."""

    __slots__ = ("calls", "native", "spoke")

    def __init__(self) -> None:
        self.native: str | None = None
        self.spoke = False
        self.calls: list[str] = []


class Decoder(UpstreamAnswer):
    """Decode one answer of Gemini; see `UpstreamAnswer`."""

    def __init__(self, endpoint: Endpoint, mint: Callable[[], str]) -> None:
        super().__init__(endpoint, mint)
        self._head: bytes = b""
        self._sse: SseParser | None = None
        self._pieces: JsonPieces | None = None
        self._candidates: dict[int, _Candidate] = {}
        self._report: Json | None = None
        self._blocked: str | None = None

    def _cut(self, data: bytes) -> Iterable[tuple[str, bytes]]:
        if self._sse is not None:
            return self._sse.feed(data)
        if self._pieces is None:
            data = self._head + data
            start = data.lstrip()
            if not start:
                self._head = data
                return ()
            if not start.startswith((b"[", b"{")):
                self._sse = SseParser()
                return self._sse.feed(data)
            self._pieces = JsonPieces()
        return [("message", piece) for piece in self._pieces.feed(data)]

    def _remainder(self) -> Iterable[tuple[str, bytes]]:
        if self._sse is not None:
            return self._sse.close()
        return [("message", piece) for piece in self._pieces.close()] if self._pieces is not None else ()

    def _body(self, body: Json, events: list[Event]) -> None:
        self._chunk("message", body, events)
        if not self._candidates and self._failure is None and ("usageMetadata" in body or "promptFeedback" in body):
            self._blocked = self._blocked or "no reason given"

    def _chunk(self, kind: str, chunk: Json, events: list[Event]) -> None:
        if "error" in chunk:
            self._fail_with(chunk)
            return
        usage = child(chunk, "usageMetadata")
        if "promptTokenCount" in usage or "totalTokenCount" in usage:
            self._report = usage
        if not self._started:
            self._introduce(chunk.get("modelVersion"), chunk.get("responseId"))
        feedback = child(chunk, "promptFeedback")
        if reason := text(feedback, "blockReason"):
            self._blocked = text(feedback, "blockReasonMessage") or reason
        for position, candidate in enumerate(children(chunk, "candidates")):
            given = candidate.get("index")
            index = given if isinstance(given, int) else position
            self._candidate(index, candidate, events)

    def _candidate(self, index: int, fields: Json, events: list[Event]) -> None:
        candidate = self._candidates.get(index)
        if candidate is None:
            candidate = self._candidates[index] = _Candidate()
        for part in children(child(fields, "content"), "parts"):
            self._part(index, candidate, part, events)
        candidate.native = text(fields, "finishReason") or candidate.native

    def _part(self, index: int, candidate: _Candidate, part: Json, events: list[Event]) -> None:
        """Take one part. Sounds, and what tools at the server did, have no event of ours; pictures of a thought are no answer."""
        signature = text(part, "thoughtSignature")
        words = text(part, "text")
        if "functionCall" in part:
            self._call(index, candidate, child(part, "functionCall"), signature, events)
            return
        media = child(part, "inlineData")
        if text(media, "mimeType").startswith("image/") and part.get("thought") is not True:
            candidate.spoke = True
            self._say(events, Image(f"data:{text(media, 'mimeType')};base64,{text(media, 'data')}", index))
        if words:
            candidate.spoke = True
            self._say(events, ReasoningDelta(words, index=index) if part.get("thought") is True else TextDelta(words, index))
        if signature:
            self._say(events, ReasoningDelta("", index=index, details=(signature_detail(signature, None),)))

    def _call(self, index: int, candidate: _Candidate, call: Json, signature: str, events: list[Event]) -> None:
        given = text(call, "id")
        call_id = given if given and given not in candidate.calls else self._mint()
        if signature:
            self._say(events, ReasoningDelta("", index=index, details=(signature_detail(signature, call_id),)))
        self._say(events, ToolCallDelta(len(candidate.calls), json_text(call.get("args")), call_id, text(call, "name"), index))
        candidate.calls.append(call_id)

    def _complete(self) -> bool:
        natives = [candidate.native for candidate in self._candidates.values()]
        return all(natives) if natives else self._blocked is not None

    def _end(self, events: list[Event]) -> Finished:
        if not self._candidates:
            raise self._filtered(f"the prompt was blocked: {self._blocked}")
        ends = tuple((_reason(candidate), candidate.native) for _, candidate in sorted(self._candidates.items()))
        usage = _usage(self._report) if self._report else None
        return Finished(ends[0][0], ends[0][1], usage, choices=ends if len(ends) > 1 else ())


def _reason(candidate: _Candidate) -> FinishReason:
    """Return the normal reason. Gemini says `STOP` also after a tool call."""
    native = candidate.native or ""
    if native == "MAX_TOKENS":
        return FinishReason.LENGTH
    if native in _BLOCKED or native.startswith("IMAGE_"):
        return FinishReason.CONTENT_FILTER
    if native in _FAILED:
        return FinishReason.ERROR
    if candidate.calls:
        return FinishReason.TOOL_CALLS
    return FinishReason.STOP if native == "STOP" or candidate.spoke else FinishReason.ERROR


def _usage(report: Json) -> Usage:
    """Return a report as `Usage`: thoughts stand outside the candidates' tokens, tool prompts outside the prompt's."""
    prompt = count(report, "promptTokenCount") + count(report, "toolUsePromptTokenCount")
    thoughts = count(report, "thoughtsTokenCount")
    return Usage(
        input_tokens=prompt,
        output_tokens=count(report, "candidatesTokenCount") + thoughts,
        reasoning_tokens=thoughts,
        cached_tokens=min(prompt, count(report, "cachedContentTokenCount")),
        image_tokens=_image_tokens(report),
    )


def _image_tokens(report: Json) -> int:
    found = [one for one in children(report, "candidatesTokensDetails") if one.get("modality") == "IMAGE"]
    return min(sum(count(one, "tokenCount") for one in found), count(report, "candidatesTokenCount"))
