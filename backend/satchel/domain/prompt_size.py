"""How many tokens a prompt has before anybody counted them: a bound for holds, and a fair guess for settling. Pure.

No provider's tokenizer is ours to run. Byte-pair tokenizers never make more tokens than a text has bytes in UTF-8; how many fewer depends
on the script, so the bound looks at that. Measured on the recordings' own counts and on texts of ten scripts, see tests/domain.
"""

from satchel.domain.calls import Request
from satchel.domain.chat import AudioPart, ChatRequest, FilePart, ImagePart, ReasoningPart, TextPart, ToolCallPart, characters_in
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.images import ImageRequest

_ASCII_PER_TOKEN = 3
_OTHER_BYTES_PER_TOKEN = 2
_TOKENS_PER_PROMPT = 64
_TOKENS_PER_MESSAGE = 8
_TOKENS_PER_CALL = 32
_TOKENS_PER_TOOL = 16
_TOKENS_FOR_TOOLS = 400
_TOKENS_PER_IMAGE = 1_600
_TOKENS_PER_FILE = 3_000
_FILE_CHARACTERS_PER_TOKEN = 4
_AUDIO_CHARACTERS_PER_TOKEN = 500


def input_tokens_bound(request: Request) -> int:
    """Return an upper bound of the request's input tokens, good enough for holds."""
    match request:
        case ChatRequest():
            return _chat_bound(request)
        case ImageRequest(prompt=prompt):
            return _TOKENS_PER_PROMPT + text_bound(prompt)
        case EmbeddingRequest(inputs=inputs):
            return sum(_TOKENS_PER_MESSAGE + (text_bound(one) if isinstance(one, str) else len(one)) for one in inputs)


def _chat_bound(request: ChatRequest) -> int:
    total = _TOKENS_PER_PROMPT + _TOKENS_PER_MESSAGE * len(request.messages)
    for message in request.messages:
        for part in message.parts:
            match part:
                case TextPart(text=text) | ReasoningPart(text=text):
                    total += text_bound(text)
                case ToolCallPart(name=name, arguments=text):
                    total += _TOKENS_PER_CALL + text_bound(name + text)
                case ImagePart():
                    total += _TOKENS_PER_IMAGE
                case FilePart(data=data):
                    total += max(_TOKENS_PER_FILE, len(data or "") // _FILE_CHARACTERS_PER_TOKEN)
                case AudioPart(data=data):
                    total += _TOKENS_PER_MESSAGE + len(data) // _AUDIO_CHARACTERS_PER_TOKEN
    if request.tools:
        total += _TOKENS_FOR_TOOLS
        total += sum(_TOKENS_PER_TOOL + text_bound(f"{tool.name}{tool.description or ''}{tool.parameters}") for tool in request.tools)
    if request.output_format is not None and request.output_format.schema is not None:
        total += text_bound(str(request.output_format.schema))
    return total


def text_bound(text: str) -> int:
    """Return the most tokens a text is likely to have: one for three ASCII characters, one for two bytes of anything else."""
    if text.isascii():
        return -(-len(text) // _ASCII_PER_TOKEN)
    size_bytes = len(text.encode("utf-8", "surrogatepass"))
    ascii_characters = len(text.encode("ascii", "ignore"))
    return -(-ascii_characters // _ASCII_PER_TOKEN) - (-(size_bytes - ascii_characters) // _OTHER_BYTES_PER_TOKEN)


def input_tokens_estimate(request: Request) -> int:
    """Return a fair guess of the input tokens, for settling where the provider reported none: four characters a token."""
    if isinstance(request, ImageRequest):
        return -(-len(request.prompt) // 4)
    if isinstance(request, EmbeddingRequest):
        return sum(-(-len(one) // 4) if isinstance(one, str) else len(one) for one in request.inputs)
    return -(-characters_in(request.messages) // 4) + 4 * len(request.messages)
