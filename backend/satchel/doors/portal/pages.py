"""The server's own pages, which work without JavaScript, and the headers that every page of ours carries."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi.responses import HTMLResponse, Response

from satchel.domain import errors
from satchel.domain.errors import SatchelError
from satchel.doors.errors import reply_to

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).with_name("templates")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_TITLES: dict[type[SatchelError], str] = {
    errors.Unauthenticated: "That did not let you in",
    errors.Refused: "This was refused",
    errors.Throttled: "Too many attempts",
    errors.NotFound: "There is no such page",
    errors.RequestInvalid: "This request cannot be used",
    errors.NotReady: "Satchel is not ready",
}


def page_headers(*, sends_to: str | None = None, referrer: str = "same-origin", cache: str = "no-store") -> dict[str, str]:
    """Return the headers of a page of ours.

    Args:
        sends_to: an address of an app that a form on the page may end at: browsers check redirects after a form too.
        referrer: what other pages learn of this one's address.
        cache: how long the page may be kept.
    """
    form_action = "'self'"
    if sends_to is not None:
        parts = urlsplit(sends_to)
        form_action += f" {parts.scheme}://{parts.netloc}"
    return _HEADERS | {
        "Content-Security-Policy": _POLICY.format(form_action=form_action),
        "Referrer-Policy": referrer,
        "Cache-Control": cache,
    }


class Pages:
    """Render templates."""

    @cached_property
    def _templates(self) -> "Environment":
        from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - 2 MB, and a server at rest shows no page

        return Environment(
            loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )

    def render(self, name: str, *, status: int = 200, headers: dict[str, str] | None = None, **values: object) -> Response:
        """Return the page of a template, with the values that it names."""
        text = self._templates.get_template(name).render(**values)
        return HTMLResponse(text, status_code=status, headers=headers if headers is not None else page_headers())

    def message(self, title: str, text: str, *, status: int = 200, link: tuple[str, str] | None = None) -> Response:
        """Return a page that says one thing, with one link (words and address) to go on."""
        return self.render("message.html", status=status, title=title, text=text, link=link)

    def error(self, error: SatchelError, link: tuple[str, str] | None = None) -> Response:
        """Return the page of an error: what happened, the stable code, and where to go on, if anywhere (words and address)."""
        title = next((_TITLES[kind] for kind in type(error).__mro__ if kind in _TITLES), "Satchel broke")
        response = self.render(
            "message.html", status=reply_to(type(error)).status, title=title, text=_sentence(error.message), code=error.code, link=link
        )
        if error.retry_after_s is not None:
            response.headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
        return response


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:] + ("" if message.endswith((".", "!", "?")) else ".")
