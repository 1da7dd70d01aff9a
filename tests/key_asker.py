"""A provider that lists models for one key, and refuses every other in words of its own; on loopback, in a thread."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GOOD_KEY = "sk-not-a-real-key-that-works-0001"


class _Lists(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        given = self.headers.get("authorization", "").removeprefix("Bearer ")
        if self.path == "/nolist/models":
            self._answer(404, {"error": {"message": "there is nothing here"}})
        elif given == GOOD_KEY:
            self._answer(200, {"data": [{"id": "one"}, {"id": "two"}]})
        else:
            self._answer(401, {"error": {"message": f"Incorrect API key provided: {given}. Find yours at keys.example"}})

    def _answer(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def key_asker() -> Iterator[str]:
    """Serve; yield the base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Lists)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
