"""How many tokens a prompt has before anybody counted them: a bound for holds, and a fair guess for settling. Pure.

No provider's tokenizer is ours to run. Byte-pair tokenizers never make more tokens than a text has bytes in UTF-8; how many fewer depends
on the script, so the bound looks at that. Measured on the recordings' own counts and on texts of ten scripts, see tests/domain.
"""

from dataclasses import replace

from satchel.domain.audio import SpeechRequest, TranscriptionRequest
from satchel.domain.calls import Request
from satchel.domain.chat import AudioPart, ChatRequest, FilePart, ImagePart, ReasoningPart, TextPart, ToolCallPart, characters_in
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.images import ImageRequest
from satchel.domain.usage import Usage

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
# Sound: 16 kbit/s is the thinnest that people send, 64 the usual; OpenAI hears ten tokens a second, says twenty, and fifteen characters.
_FEWEST_BYTES_PER_SECOND = 2_000
_BYTES_PER_SECOND = 8_000
_TOKENS_PER_SECOND_HEARD = 10
_MOST_TOKENS_PER_SECOND_WRITTEN = 10
_MOST_TOKENS_PER_CHARACTER_SPOKEN = 4
_TOKENS_PER_TEN_CHARACTERS_SPOKEN = 14


def usage_bound(request: Request) -> Usage:
    """Return an upper bound of what the request brings along, good enough for holds; what is written in return is not in it."""
    match request:
        case ChatRequest():
            return Usage(_chat_bound(request), images=request.n if request.draws else 0)
        case ImageRequest():
            return Usage(_TOKENS_PER_PROMPT + text_bound(request.prompt), images=request.n)
        case SpeechRequest(text=text, instructions=instructions):
            return Usage(_TOKENS_PER_PROMPT + text_bound(text + (instructions or "")), characters=len(text))
        case TranscriptionRequest():
            seconds = len(request.sound) // _FEWEST_BYTES_PER_SECOND + 1
            heard = seconds * _TOKENS_PER_SECOND_HEARD
            return Usage(heard + text_bound(request.prompt or ""), audio_tokens=heard, seconds=seconds)
        case EmbeddingRequest(inputs=inputs):
            return Usage(sum(_TOKENS_PER_MESSAGE + (text_bound(one) if isinstance(one, str) else len(one)) for one in inputs))


def input_tokens_bound(request: Request) -> int:
    """Return an upper bound of the request's input tokens."""
    return usage_bound(request).input_tokens


def other_output_bound(request: EmbeddingRequest | ImageRequest | SpeechRequest | TranscriptionRequest) -> int:
    """Return the most tokens that come back, but for those of pictures."""
    match request:
        case SpeechRequest(text=text):
            return len(text) * _MOST_TOKENS_PER_CHARACTER_SPOKEN
        case TranscriptionRequest(sound=sound):
            return (len(sound) // _FEWEST_BYTES_PER_SECOND + 1) * _MOST_TOKENS_PER_SECOND_WRITTEN
        case _:
            return 0


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


def usage_estimate(request: Request, written_tokens: int, reasoning_tokens: int, images: int) -> Usage:
    """Return a fair guess of what was used, for settling where the provider reported nothing: four characters a token."""
    asked = Usage(output_tokens=written_tokens, reasoning_tokens=reasoning_tokens, images=images, estimated=True)
    match request:
        case ChatRequest(messages=messages):
            return replace(asked, input_tokens=-(-characters_in(messages) // 4) + 4 * len(messages))
        case ImageRequest(prompt=prompt):
            return replace(asked, input_tokens=-(-len(prompt) // 4))
        case SpeechRequest(text=text):
            spoken = len(text) * _TOKENS_PER_TEN_CHARACTERS_SPOKEN // 10
            return replace(asked, input_tokens=-(-len(text) // 4), output_tokens=spoken, characters=len(text))
        case TranscriptionRequest(sound=sound):
            seconds = len(sound) // _BYTES_PER_SECOND + 1
            heard = seconds * _TOKENS_PER_SECOND_HEARD
            return replace(asked, input_tokens=heard, audio_tokens=heard, seconds=seconds)
        case EmbeddingRequest(inputs=inputs):
            return replace(asked, input_tokens=sum(-(-len(one) // 4) if isinstance(one, str) else len(one) for one in inputs))
