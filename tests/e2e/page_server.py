"""Serves the test pages and unmodified npm packages from 127.0.0.1, and takes what undriven pages report."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PAGES = Path(__file__).with_name("pages")
PACKAGES = Path(__file__).with_name("node") / "node_modules"


class Handler(SimpleHTTPRequestHandler):
    """Files below a folder, packages below `/npm/`, reports to `/log/<what>`."""

    reports: "queue.Queue[tuple[str, Any]]"
    pages: Path

    def translate_path(self, path: str) -> str:
        """Return the file for a path."""
        clean = urlsplit(path).path
        if clean.startswith("/npm/"):
            return str(PACKAGES / clean.removeprefix("/npm/"))
        return str(self.pages / clean.lstrip("/"))

    def do_POST(self) -> None:
        """Take a report."""
        body = self.rfile.read(int(self.headers["content-length"]))
        is_report = self.path.startswith("/log/")  # else a Satchel looks whether a model answers by this address
        if is_report:
            self.reports.put((self.path.removeprefix("/log/"), json.loads(body)))
        self.send_response(204 if is_report else 404)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(pages: Path = PAGES) -> Iterator[tuple[str, "queue.Queue[tuple[str, Any]]"]]:
    """Serve the files of a folder on a free port; give the address and the reports."""
    reports: queue.Queue[tuple[str, Any]] = queue.Queue()
    handler = type("PageHandler", (Handler,), {"reports": reports, "pages": pages, "protocol_version": "HTTP/1.0"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", reports
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
