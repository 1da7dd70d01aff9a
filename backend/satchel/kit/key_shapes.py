"""What providers' keys look like, to take them out of texts that others may read. Pure."""

import re
from collections.abc import Callable

HIDDEN = "[hidden]"
LEAST_CHARACTERS = 12
"""Shorter words are nobody's secret: hiding them would hide ordinary words."""

_PREFIXES = (
    r"sat_",  # our own tokens
    r"sk-",  # OpenAI, Anthropic, OpenRouter, DeepSeek, and whoever copied them
    r"sk_",
    r"pk-",
    r"rk-",
    r"gsk_",  # Groq
    r"xai-",
    r"AIza",  # Google
    r"AQ\.",  # Google, Vertex express
    r"ya29\.",  # Google, OAuth
    r"hf_",  # Hugging Face
    r"r8_",  # Replicate
    r"nvapi-",
    r"pplx-",
    r"fw_",  # Fireworks
    r"fpk_",
    r"tgp_v1_",  # Together
    r"csk-",  # Cerebras
    r"ABSK",  # Amazon Bedrock
    r"bedrock-api-key-",
    r"(?:AKIA|ASIA|AROA)(?=[0-9A-Z]{16})",  # Amazon
    r"gh[oprsu]_",
    r"github_pat_",
    r"glpat-",
    r"dop_v1_",
    r"dapi(?=[0-9a-f]{32})",  # Databricks
    r"jina_",
    r"pa-",  # Voyage
    r"tvly-",
    r"ms-(?=[0-9a-f]{8}-)",  # ModelScope
    r"xox[abprs]-",
    r"lin_api_",
    r"eyJ(?=[\w-]+\.[\w-]+\.)",  # a JSON Web Token
)
_KEY = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_PREFIXES)})[\w.+/=~-]{{{LEAST_CHARACTERS},}}", re.ASCII)
_BEARER = re.compile(r"\b(bearer|basic|x-api-key:?|api-key:?)\s+[^\s'\",;]{6,}", re.ASCII | re.IGNORECASE)
_WORD = re.compile(rf"[\w.+/=~-]{{{LEAST_CHARACTERS},}}", re.ASCII)


def without_keys(text: str, is_secret: Callable[[str], bool] | None = None) -> str:
    """Return `text` with everything hidden that looks like a key, follows `Bearer`, or is a word that `is_secret` knows."""
    text = _BEARER.sub(rf"\1 {HIDDEN}", _KEY.sub(HIDDEN, text))
    if is_secret is None:
        return text
    return _WORD.sub(lambda word: HIDDEN if is_secret(word[0]) else word[0], text)
