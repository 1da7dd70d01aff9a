"""The unmodified `litellm` as a client of Satchel, as an OpenAI, an OpenRouter and an Anthropic provider. Prints what it saw as JSON."""

import json
import sys
from typing import Any

import litellm

ROOT, TOKEN = sys.argv[1:]
ASK = [{"role": "user", "content": "Hi"}]
WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {}}}}}
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False}
FORMAT = {"type": "json_schema", "json_schema": {"name": "sum", "schema": SCHEMA, "strict": True}}
BASES = {"openai": f"{ROOT}/v1", "openrouter": f"{ROOT}/api/v1", "anthropic": ROOT}


def ask(provider: str, name: str, **more: Any) -> Any:
    base = BASES[provider]
    return litellm.completion(f"{provider}/lab:{name}", ASK, api_base=base, api_key=TOKEN, num_retries=0, max_retries=0, **more)


def failure(provider: str, name: str) -> str:
    try:
        ask(provider, name)
    except Exception as error:
        return f"{type(error).__name__} {error}"
    return "none"


def seen(provider: str) -> dict[str, Any]:
    whole = ask(provider, "hello")
    chunks = list(ask(provider, "hello", stream=True, stream_options={"include_usage": True}))
    called = ask(provider, "thinks-and-calls", tools=[WEATHER]).choices[0].message
    return {
        "text": whole.choices[0].message.content,
        "usage": [whole.usage.prompt_tokens, whole.usage.completion_tokens],
        "deltas": [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content],
        "streamed_usage": [chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens],
        "calls": [(call.function.name, json.loads(call.function.arguments)) for call in called.tool_calls],
        "json": json.loads(ask(provider, "json", response_format=FORMAT).choices[0].message.content),
        "refused": failure(provider, "refuses"),
        "throttled": failure(provider, "throttles"),
    }


def seen_by_responses() -> dict[str, Any]:
    asked: dict[str, Any] = {"model": "openai/lab:hello", "input": "Hi", "api_base": BASES["openai"], "api_key": TOKEN}
    events = list(litellm.responses(stream=True, **asked))
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    return {"text": litellm.responses(**asked).output[0].content[0].text, "deltas": deltas}


print(json.dumps({provider: seen(provider) for provider in BASES} | {"responses": seen_by_responses()}))
