"""A form with a file, `multipart/form-data`, read whole from a body in memory."""

from collections.abc import Callable

from satchel.dialects.openai_transcription import Form
from satchel.domain.errors import MalformedRequest

ReadOptions = Callable[[bytes], tuple[bytes, dict[bytes, bytes]]]

_FILE = "file"
_MAX_PARTS = 64


def parse_form(content_type: str, body: bytes) -> Form:
    """Return the form that `body` holds. Raises `MalformedRequest`."""
    from python_multipart.exceptions import FormParserError  # noqa: PLC0415 - no server at rest needs it
    from python_multipart.multipart import MultipartParser, parse_options_header  # noqa: PLC0415 - the same

    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise MalformedRequest("the body must be a form (multipart/form-data) with a file", details={"param": "content-type"})
    parts = _Parts()
    try:
        parser = MultipartParser(options[b"boundary"], parts.callbacks())  # type: ignore[arg-type]
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise MalformedRequest("the body is no whole form") from error
    return parts.form(parse_options_header)


class _Parts:
    """The parts of a form as they come."""

    def __init__(self) -> None:
        self._parts: list[tuple[dict[bytes, bytes], bytearray]] = []
        self._name, self._value = b"", b""
        self.ended = False

    def callbacks(self) -> dict[str, object]:
        """Return what the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_name,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header,
            "on_part_data": self._on_data,
            "on_end": self._on_end,
        }

    def form(self, read_options: ReadOptions) -> Form:
        """Return what came. Raises `MalformedRequest` for a form that was cut off."""
        if not self.ended:
            raise MalformedRequest("the body is no whole form")
        texts: dict[str, list[str]] = {}
        file: bytes | None = None
        filename, media_type = "audio", "application/octet-stream"
        for headers, data in self._parts:
            _, options = read_options(headers.get(b"content-disposition", b""))
            name = options.get(b"name", b"").decode("utf-8", "replace")
            if name == _FILE:
                file = bytes(data)
                filename = options.get(b"filename", b"").decode("utf-8", "replace") or filename
                media_type = headers.get(b"content-type", b"").decode("latin-1") or media_type
            else:
                texts.setdefault(name, []).append(data.decode("utf-8", "replace"))
        return Form(texts, file, filename, media_type)

    def _begin(self) -> None:
        if len(self._parts) >= _MAX_PARTS:
            raise MalformedRequest(f"a form may have {_MAX_PARTS} fields at the most")
        self._parts.append(({}, bytearray()))

    def _on_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        self._parts[-1][0][self._name.lower()] = self._value
        self._name, self._value = b"", b""

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._parts[-1][1].extend(data[start:end])

    def _on_end(self) -> None:
        self.ended = True
