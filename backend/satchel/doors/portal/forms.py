"""Reading the forms of our own pages, and where to go after them."""

import orjson
from fastapi import Request

from satchel.domain.errors import MalformedRequest, RequestTooLarge
from satchel.services.oauth.records import parameters_of

_MAX_FORM_BYTES = 64 * 1024
_MAX_NEXT_CHARACTERS = 4096


async def form_of(request: Request) -> dict[str, str]:
    """Return a form's fields.

    Raises:
        MalformedRequest: it cannot be read, or a field is there twice.
        RequestTooLarge: it is over 64 KiB.
    """
    body = await _body(request)
    try:
        pairs = parameters_of(body.decode())
    except ValueError as error:
        raise MalformedRequest("the form cannot be read") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise MalformedRequest("a field of the form is there twice")
    return fields


async def json_of(request: Request) -> dict[str, object]:
    """Return the JSON object that a script of our own pages sent.

    Raises:
        MalformedRequest: it is none.
        RequestTooLarge: it is over 64 KiB.
    """
    try:
        sent = orjson.loads(await _body(request))
    except orjson.JSONDecodeError as error:
        raise MalformedRequest("the request is no JSON") from error
    if not isinstance(sent, dict):
        raise MalformedRequest("the request is no JSON object")
    return sent


def local_path(wanted: str | None) -> str:
    """Return `wanted` if it is a path on this server, else `/`: nobody is sent to another site after signing in."""
    if (
        not wanted
        or len(wanted) > _MAX_NEXT_CHARACTERS
        or not wanted.startswith("/")
        or wanted[1:2] in ("/", "\\")
        or not all("!" <= character <= "~" and character != "\\" for character in wanted)
    ):
        return "/"
    return wanted


async def _body(request: Request) -> bytearray:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM_BYTES:
            raise RequestTooLarge(f"the form is over {_MAX_FORM_BYTES} bytes")
    return body
