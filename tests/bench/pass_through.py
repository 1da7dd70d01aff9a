"""The least that a gateway in our stack costs: uvicorn and aiohttp, the body passed on and the answer passed back. Nothing of Satchel.

`python pass_through.py UPSTREAM_PORT` listens on a free port of 127.0.0.1 and prints it. What a figure of ours is worth on another machine
shows beside it: where the bars were set it costs 123 µs a request.
"""

import socket
import sys
from typing import Any

import aiohttp
import uvicorn


class PassThrough:
    """The ASGI app."""

    def __init__(self, upstream_port: int) -> None:
        self._url = f"http://127.0.0.1:{upstream_port}/v1/chat/completions"
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request whole."""
        self._session = self._session or aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        async with self._session.post(self._url, data=body, headers={"content-type": "application/json"}) as answer:
            data, status = await answer.read(), answer.status
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": data})


def main() -> None:
    """Serve until SIGTERM."""
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(
        PassThrough(int(sys.argv[1])), loop="uvloop", http="httptools", lifespan="off", access_log=False, log_level="warning"
    )
    uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main()
