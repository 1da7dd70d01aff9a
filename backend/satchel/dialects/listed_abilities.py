"""What a list says that a model can do, wherever the host puts it. Pure.

Read by rule, not by host: a type, OpenRouter's parameters and modalities, flags of yes and no, lists of words. What is not said stays
assumed: a list that says nothing must not close doors, the provider refuses what it cannot do.
Source: the lists of OpenRouter, Mistral, Together, Fireworks, Moonshot, Novita, Hugging Face, LM Studio, llama.cpp and Ollama, 2026-11-28.
"""

from collections.abc import Mapping, Sequence

from satchel.dialects.json_fields import child, children, text
from satchel.domain.catalog import Capability
from satchel.domain.chat import Json
from satchel.domain.endpoints import ASSUMED, abilities_of

_FLAGS: Mapping[str, Capability] = {
    "completion_chat": "chat",
    "supports_chat": "chat",
    "function_calling": "tools",
    "supports_tools": "tools",
    "trained_for_tool_use": "tools",
    "vision": "images",
    "supports_image_input": "images",
    "supports_image_in": "images",
    "reasoning": "reasoning",
    "supports_reasoning": "reasoning",
    "supports_structured_output": "json_schema",
    "audio_transcription": "transcription",
}
_WORDS: Mapping[str, Capability] = {
    "tools": "tools",
    "tool_use": "tools",
    "function-calling": "tools",
    "vision": "images",
    "multimodal": "images",
    "thinking": "reasoning",
    "reasoning": "reasoning",
    "structured-outputs": "json_schema",
    "embedding": "embeddings",
}
_INPUTS: Mapping[str, Capability] = {"image": "images", "audio": "audio", "file": "files"}
_PARAMETERS: Mapping[str, Capability] = {"tools": "tools", "structured_outputs": "json_schema", "reasoning": "reasoning"}
_OTHER_THAN_CHAT: frozenset[Capability] = frozenset({"embeddings", "image_output", "speech", "transcription"})


def abilities_in(item: Json, native_model: str) -> frozenset[Capability]:
    """Return what the model can do; nothing where it can do nothing that we could ask for. `ASSUMED` itself where nobody says anything."""
    named = abilities_of(native_model)
    if (typed := _of_type(text(item, "type") or text(item, "model_type"), named)) is not None:
        return typed
    parameters = item.get("supported_parameters")
    if isinstance(parameters, list):
        listed = {ours for theirs, ours in _PARAMETERS.items() if theirs in parameters}
        return frozenset({"chat", *listed, *(ability for ability, yes in _modalities(item).items() if yes)})
    if named is not ASSUMED:
        return named
    told = _told(item)
    if not told:
        return ASSUMED
    can = {ability for ability, yes in told.items() if yes}
    if told.get("chat") is False:
        return frozenset(can & _OTHER_THAN_CHAT)
    return frozenset((ASSUMED | can) - {ability for ability, yes in told.items() if not yes})


def _of_type(kind: str, named: frozenset[Capability]) -> frozenset[Capability] | None:
    if "embed" in kind:
        return frozenset({"embeddings"})
    if kind == "image":
        return frozenset({"image_output"})
    if kind in ("audio", "transcribe"):
        return named if named is not ASSUMED else frozenset({"speech"} if kind == "audio" else {"transcription"})
    return None


def _told(item: Json) -> dict[Capability, bool]:
    """Return what is said outright, yes or no."""
    told: dict[Capability, bool] = {"images": False} if item.get("type") == "llm" else {}
    told |= _modalities(item)
    for fields in (item, child(item, "capabilities"), *children(item, "providers")):
        for theirs, ours in _FLAGS.items():
            if isinstance(value := fields.get(theirs), bool):
                told[ours] = told.get(ours, False) or value
    for words in (item.get("capabilities"), item.get("features")):
        if isinstance(words, list):
            told |= {ours: True for theirs, ours in _WORDS.items() if theirs in words}
            if "completion" in words:
                told.setdefault("images", False)
    return told


def _modalities(item: Json) -> dict[Capability, bool]:
    told: dict[Capability, bool] = {}
    inputs, outputs = _both(item, "input_modalities"), _both(item, "output_modalities")
    if inputs is not None:
        told |= {ours: theirs in inputs for theirs, ours in _INPUTS.items()}
    if outputs is not None and "image" in outputs:
        told["image_output"] = True
    return told


def _both(item: Json, name: str) -> Sequence[object] | None:
    found = child(item, "architecture").get(name, item.get(name))
    return found if isinstance(found, list) else None
