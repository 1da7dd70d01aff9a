"""What one generation has said so far, as items of OpenAI's Responses: the whole answer is made of them, and so is its stream. Pure.

An item is a message, a piece of reasoning, a call of a tool, or a picture. Words and reasoning go on in the last item while it is of
their kind; calls are found again wherever they stand, because providers may say several in turns.
"""

from dataclasses import dataclass, field

from satchel.dialects.openai_responses_carried import opaque, without_words
from satchel.domain.chat import Json
from satchel.domain.events import Image, ReasoningDelta, ToolCallDelta

MESSAGE, REASONING, CALL, PICTURE = "message", "reasoning", "function_call", "image_generation_call"
_PREFIXES = {MESSAGE: "msg", REASONING: "rs", CALL: "fc", PICTURE: "ig"}


@dataclass(slots=True, eq=False)
class Item:
    """An item while it grows; its words are joined once, at the end.

    `kind` tells what goes on in it: `"message"`, a call's number, or which thought it is. `detail` is what a thought's `reasoning_details`
    object holds beside its words.
    """

    type: str
    kind: object
    id: str
    place: int
    head: Json = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)
    detail: Json | None = None

    @property
    def words(self) -> str:
        """Return its words, a call's arguments, or a picture's data."""
        return "".join(self.pieces)

    def whole(self, status: str) -> dict[str, object]:
        """Return the item as clients read it."""
        item: dict[str, object] = {"id": self.id, "type": self.type, "status": status}
        if self.type == MESSAGE:
            words = self.words
            return {**item, "role": "assistant", "content": [text_part(words)] if words else []}
        if self.type == CALL:
            return {**item, **self.head, "arguments": self.words}
        if self.type == PICTURE:
            made = "in_progress" if status == "in_progress" else "completed"
            return {**item, **self.head, "status": made, "result": self.words or None}
        words = self.words
        item["summary"] = [summary_part(words)] if words else []
        if self.detail is not None:
            item["encrypted_content"] = opaque(self.detail)
            item["format"] = self.detail.get("format")
        return item


class Output:
    """The items of an answer, in the order in which they began."""

    __slots__ = ("_calls", "_tail", "items")

    def __init__(self, generation_id: str) -> None:
        self._tail = generation_id.partition("_")[2] or generation_id
        self._calls: dict[int, Item] = {}
        self.items: list[Item] = []

    def message(self) -> Item:
        """Return the message that text goes on in."""
        last = self.items[-1] if self.items else None
        return last if last is not None and last.kind == MESSAGE else self._begin(MESSAGE, MESSAGE)

    def call(self, event: ToolCallDelta) -> Item:
        """Return the call that a piece belongs to."""
        known = self._calls.get(event.call)
        if known is None:
            head = {"call_id": event.id or "", "name": event.name or ""}
            known = self._calls[event.call] = self._begin(CALL, event.call, head)
        return known

    def picture(self, image: Image) -> Item:
        """Return the item of a picture, still without it."""
        return self._begin(PICTURE, PICTURE, {"revised_prompt": image.revised_prompt} if image.revised_prompt else {})

    def thoughts(self, event: ReasoningDelta) -> list[tuple[Item, str]]:
        """Return the pieces of reasoning that a delta adds to, each with the words for it; what is opaque is put in place."""
        spoken = any(_words(detail) for detail in event.details)
        found = [(self._plain(), event.text)] if event.text and not spoken else []
        found += [(self._thought(detail), _words(detail)) for detail in event.details]
        if event.signature and not event.details:
            item = self._plain()
            item.detail = {"type": "reasoning.text", "signature": event.signature}
            found.append((item, ""))
        return found

    def whole(self, status: str) -> list[dict[str, object]]:
        """Return all items, the last one as `status`."""
        return [item.whole(status if item is self.items[-1] else "completed") for item in self.items]

    def _thought(self, detail: Json) -> Item:
        kind, rest = detail.get("type"), without_words(detail)
        last = self._last_thought()
        if kind == "reasoning.encrypted":
            item = last if last is not None and last.detail is None else self._begin(REASONING, (REASONING, None))
            item.detail = rest
            return item
        which = (REASONING, kind, detail.get("index"))
        item = last if last is not None and last.kind == which else self._begin(REASONING, which)
        item.detail = {**(item.detail or {}), **rest}
        return item

    def _plain(self) -> Item:
        """Return the piece of reasoning that words without any detail go on in."""
        last = self._last_thought()
        return last if last is not None and last.detail is None else self._begin(REASONING, (REASONING, None))

    def _last_thought(self) -> Item | None:
        last = self.items[-1] if self.items else None
        return last if last is not None and last.type == REASONING else None

    def _begin(self, type_: str, kind: object, head: Json | None = None) -> Item:
        place = len(self.items)
        item = Item(type_, kind, f"{_PREFIXES[type_]}_{self._tail}_{place}", place, head or {})
        self.items.append(item)
        return item


def text_part(words: str) -> dict[str, object]:
    """Return words as a part of a message."""
    return {"type": "output_text", "text": words, "annotations": [], "logprobs": []}


def summary_part(words: str) -> dict[str, object]:
    """Return words as a part of a piece of reasoning."""
    return {"type": "summary_text", "text": words}


def _words(detail: Json) -> str:
    words = detail.get("text") or detail.get("summary")
    return words if isinstance(words, str) else ""
