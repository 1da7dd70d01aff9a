"""What a response of our own Responses door says beside its output: how it was asked for, and what it used. Pure.

Every key is there, null where nothing is known: the validators of strict clients want them all. What was not kept of the request (its
instructions and metadata) is not shown. Source: openai 3.54.0 and @openrouter/sdk 1.3.19, checked 2026-11-28.
"""

from satchel.dialects.openai_responses_upstream import format_object, tool_choice_object, tool_object
from satchel.domain.chat import ChatRequest, Json, OutputFormat
from satchel.domain.usage import UNPRICED, Cost, Usage
from satchel.kit.money import usd_from_nusd

_FREE_TEXT = OutputFormat("text")


def head_of(generation_id: str, request: ChatRequest, created: int) -> dict[str, object]:
    """Return the head of a response that has not ended."""
    tuning = request.tuning
    told: dict[str, object] = {"format": format_object(request.output_format or _FREE_TEXT)}
    if tuning.verbosity is not None:
        told["verbosity"] = tuning.verbosity
    return {
        "id": generation_id,
        "object": "response",
        "created_at": created,
        "completed_at": None,
        "status": "in_progress",
        "background": False,
        "model": request.model,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "max_output_tokens": request.max_output_tokens,
        "max_tool_calls": None,
        "parallel_tool_calls": request.parallel_tool_calls is not False,
        "previous_response_id": None,
        "reasoning": {"effort": tuning.reasoning_effort, "summary": None},
        "store": False,
        "temperature": tuning.temperature,
        "top_p": tuning.top_p,
        "presence_penalty": tuning.presence_penalty,
        "frequency_penalty": tuning.frequency_penalty,
        "text": told,
        "tool_choice": "auto" if request.tool_choice is None else tool_choice_object(request.tool_choice),
        "tools": [tool_object(tool) for tool in request.tools],
        "truncation": "disabled",
        "user": request.user,
    }


def usage_object(usage: Usage | None, cost: Cost | None) -> Json:
    """Return the usage in the words of Responses; the cost as OpenRouter writes it there, with `price_known` false where it is not."""
    used, paid = usage or Usage(), cost or UNPRICED
    details: dict[str, object] = {
        "upstream_inference_cost": usd_from_nusd(paid.nusd),
        "upstream_inference_input_cost": usd_from_nusd(paid.input_nusd),
        "upstream_inference_output_cost": usd_from_nusd(paid.nusd - paid.input_nusd),
    }
    if not paid.known:
        details["price_known"] = False
    return {
        "input_tokens": used.input_tokens,
        "input_tokens_details": {"cached_tokens": used.cached_tokens, "cache_write_tokens": used.cache_write_tokens},
        "output_tokens": used.output_tokens,
        "output_tokens_details": {"reasoning_tokens": used.reasoning_tokens},
        "total_tokens": used.input_tokens + used.output_tokens,
        "cost": usd_from_nusd(paid.nusd),
        "is_byok": True,
        "cost_details": details,
    }
