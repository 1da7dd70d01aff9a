"""The process that runs the built-in model: llama.cpp's own HTTP server on a free loopback port.

Started as a script by `process.py`, so that nothing but the standard library and `xllamacpp` is loaded. One JSON line comes in on
stdin (model, api_key, context_tokens, slots), one goes out on stdout (address). It ends when stdin does, or when its parent dies.
"""

import ctypes
import json
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until the parent is gone."""
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    wanted = json.loads(sys.stdin.buffer.readline())
    said = os.fdopen(os.dup(1), "w")
    _silence()
    server = _serve(wanted)
    said.write(json.dumps({"address": server.listening_address}) + "\n")
    said.flush()
    sys.stdin.buffer.read()
    os._exit(0)


def _serve(wanted: dict[str, object]):  # type: ignore[no-untyped-def]
    from xllamacpp import CommonParams, Server  # noqa: PLC0415  (slow to load, and only needed here)

    params = CommonParams()
    params.model.path = wanted["model"]
    params.n_ctx = wanted["context_tokens"]
    params.n_parallel = wanted["slots"]
    params.port = 0
    params.chat_template = "chatml"
    params.use_jinja = False
    # Threads that spin while they wait starve on a busy machine: 3 tokens/s instead of 80 beside two busy processes on two cores.
    params.cpuparams.poll = params.cpuparams_batch.poll = 0
    params.warmup = False
    params.fit_params = False
    params.verbosity = -1
    params.model_alias = {"smollm2-135m"}
    params.api_keys = [wanted["api_key"]]
    return Server(params)


def _silence() -> None:
    """Send what the C++ code prints to nowhere: it holds prompts."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main()
