"""The unmodified `llm` (PyPI) against Satchel: its models come from its own file in `LLM_USER_PATH`. Prints what it saw as JSON."""

import json
from typing import Any

import llm


def weather(city: str) -> str:
    """Tell the weather."""
    return f"rain in {city}"


def failure(name: str) -> str:
    try:
        llm.get_model(name).prompt("Hi", stream=False).text()
    except Exception as error:
        return f"{type(error).__name__} {error}"
    return "none"


def used(response: Any) -> list[int]:
    usage = response.usage()
    return [usage.input, usage.output]


whole = llm.get_model("hello").prompt("Hi", stream=False)
stream = llm.get_model("hello").prompt("Hi")
deltas = [piece for piece in stream if piece]
schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
print(
    json.dumps(
        {
            "text": whole.text(),
            "usage": used(whole),
            "deltas": deltas,
            "streamed_usage": used(stream),
            "used": llm.get_model("uses-tool").chain("Hi", tools=[weather]).text(),
            "json": json.loads(llm.get_model("json").prompt("Hi", schema=schema).text()),
            "refused": failure("refuses"),
        }
    )
)
