"""Prefixed random ids and other random text. What a prefix means is the domain's business."""

import secrets
from collections.abc import Callable

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_BYTES = 32  # 31 of 32 make a digit; that fewer than 19 do happens once in 10^13 ids
_DIGITS = 19  # 62**19 > 2**112
_DIGIT_OF = bytes(ord(_ALPHABET[byte % 62]) for byte in range(256))
_UNFAIR = bytes(range(248, 256))  # 248 is a multiple of 62; what is above would favour the first digits

RandomBytes = Callable[[int], bytes]


class Ids:
    """Make ids such as `gen_3qX…`: a prefix, an underscore and 112 random bits in base 62.

    Randomness is passed in, so that a test can have the same ids twice.
    """

    def __init__(self, random_bytes: RandomBytes = secrets.token_bytes) -> None:
        self._random_bytes = random_bytes

    def new(self, prefix: str) -> str:
        """Return a new id `<prefix>_<19 characters>`."""
        digits = b""
        while len(digits) < _DIGITS:
            digits += self._random_bytes(_RANDOM_BYTES).translate(_DIGIT_OF, _UNFAIR)
        return f"{prefix}_{digits[:_DIGITS].decode()}"

    def secret_bytes(self, size_bytes: int) -> bytes:
        """Return `size_bytes` random bytes, for keys and tokens."""
        return self._random_bytes(size_bytes)
