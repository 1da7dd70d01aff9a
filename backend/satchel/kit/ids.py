"""Prefixed random ids and other random text. What a prefix means is the domain's business."""

import secrets
from collections.abc import Callable

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_BYTES = 14
_DIGITS = 19  # 62**19 > 2**112

RandomBytes = Callable[[int], bytes]


class Ids:
    """Make ids such as `gen_3qX…`: a prefix, an underscore and 112 random bits in base 62.

    Randomness is passed in, so that a test can have the same ids twice.
    """

    def __init__(self, random_bytes: RandomBytes = secrets.token_bytes) -> None:
        self._random_bytes = random_bytes

    def new(self, prefix: str) -> str:
        """Return a new id `<prefix>_<19 characters>`."""
        number = int.from_bytes(self._random_bytes(_RANDOM_BYTES), "big")
        digits = []
        for _ in range(_DIGITS):
            number, digit = divmod(number, 62)
            digits.append(_ALPHABET[digit])
        return f"{prefix}_{''.join(digits)}"

    def secret_bytes(self, size_bytes: int) -> bytes:
        """Return `size_bytes` random bytes, for keys and tokens."""
        return self._random_bytes(size_bytes)
