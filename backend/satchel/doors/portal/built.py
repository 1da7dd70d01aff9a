"""The built portal and demo: files that Vite made, with our headers."""

from pathlib import Path

from fastapi import Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from satchel.domain.errors import NotFound
from satchel.doors.portal.pages import Pages, page_headers
from satchel.doors.portal.session import Visits
from satchel.doors.portal.sign_in import sign_in_address

BUILT = Path(__file__).with_name("static")

_HASHED = "assets/"
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


class BuiltPortal:
    """Serve `/`, `/demo` and `/static`."""

    def __init__(self, folder: Path, visits: Visits, pages: Pages) -> None:
        self._folder = folder
        self._visits = visits
        self._pages = pages
        self._files = StaticFiles(directory=folder, check_dir=False)

    async def portal(self, request: Request) -> Response:
        """Serve the portal to whoever is signed in; send others to sign in first."""
        visit = await self._visits.of(request)
        if visit.sign_in is None:
            return RedirectResponse(sign_in_address("/"), status_code=303, headers={"Cache-Control": "no-store"})
        return self._page("index.html")

    async def demo(self, request: Request) -> Response:
        """Serve the demo page to anybody."""
        return self._page("demo.html")

    async def static(self, request: Request) -> Response:
        """Serve a built file; those with a hash in their name never change."""
        path = str(request.path_params["path"])
        if not self._is_built():
            return self._not_built()
        try:
            response = await self._files.get_response(path, request.scope)
        except HTTPException as error:
            raise NotFound(f"there is no file {path!r}") from error
        response.headers["Cache-Control"] = _FOR_EVER if path.startswith(_HASHED) else _ASK_AGAIN
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def _page(self, name: str) -> Response:
        if not (self._folder / name).is_file():
            return self._not_built()
        return FileResponse(self._folder / name, media_type="text/html", headers=page_headers(cache=_ASK_AGAIN))

    def _is_built(self) -> bool:
        return self._folder.is_dir()

    def _not_built(self) -> Response:
        text = "The portal's files are missing. Run “make setup”, then load this page again. Everything but these pages works."
        return self._pages.message("The portal is not built", text, status=503)
