"""The unmodified `langchain-openai` against Satchel, by chat completions and by Responses. Prints what it saw as JSON."""

import json
import sys
from typing import Any

from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from openai import APIError
from pydantic import BaseModel

URL, TOKEN = sys.argv[1:]


class Sum(BaseModel):
    """What the scripted provider answers as JSON."""

    a: int


@tool
def weather(city: str) -> str:
    """Tell the weather."""
    return f"rain in {city}"


def model(name: str, **more: Any) -> ChatOpenAI:
    return ChatOpenAI(model=f"lab:{name}", base_url=URL, api_key=TOKEN, max_retries=0, **more)


def failure(name: str, **more: Any) -> str:
    try:
        model(name, **more).invoke("Hi")
    except APIError as error:
        return f"{type(error).__name__} {error.message}"
    return "none"


def seen(**more: Any) -> dict[str, Any]:
    """Return what the client saw by one of the two doors."""
    whole = model("hello", **more).invoke("Hi")
    chunks = list(model("hello", stream_usage=True, **more).stream("Hi"))
    calls = model("thinks-and-calls", **more).bind_tools([weather]).invoke("Hi").tool_calls
    streamed = None
    for chunk in model("thinks-and-calls", **more).bind_tools([weather]).stream("Hi"):
        streamed = chunk if streamed is None else streamed + chunk
    return {
        "text": whole.text,
        "usage": whole.usage_metadata,
        "deltas": [chunk.text for chunk in chunks if chunk.text],
        "streamed_usage": next(chunk.usage_metadata for chunk in reversed(chunks) if chunk.usage_metadata),
        "calls": [(call["name"], call["args"]) for call in calls],
        "streamed_calls": [(call["name"], call["args"]) for call in streamed.tool_calls],
        "json": model("json", **more).with_structured_output(Sum, method="json_schema").invoke("Hi").model_dump(),
        "refused": failure("refuses", **more),
        "throttled": failure("throttles", **more),
    }


print(json.dumps({"chat": seen(use_responses_api=False), "responses": seen(use_responses_api=True)}))
