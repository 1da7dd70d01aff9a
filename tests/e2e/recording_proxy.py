"""A TCP proxy that keeps every byte that clients send through it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass


@dataclass
class RecordingProxy:
    """What it has heard of the clients."""

    heard: bytearray


@contextmanager
def recording(target_port: int, port: int) -> Iterator[RecordingProxy]:
    """Listen on `port` of 127.0.0.1 and pass everything on to `target_port`."""
    proxy = RecordingProxy(bytearray())
    with socket.create_server(("127.0.0.1", port)) as listener:
        accepting = threading.Thread(target=_accept, args=(listener, target_port, proxy.heard), daemon=True)
        accepting.start()
        try:
            yield proxy
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join(5)


def _accept(listener: socket.socket, target_port: int, heard: bytearray) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            server = socket.create_connection(("127.0.0.1", target_port))
            threading.Thread(target=_pump, args=(client, server, heard), daemon=True).start()
            threading.Thread(target=_pump, args=(server, client, None), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket, heard: bytearray | None) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            if heard is not None:
                heard.extend(data)
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
    source.close()
