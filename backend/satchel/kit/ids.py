"""Prefixed random ids and other random text. What a prefix means is the domain's business."""

import secrets
from collections.abc import Callable
from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_AHEAD_BYTES = 1_024  # asking the system for 32 bytes costs as much as for these
_DIGITS = 19  # 62**19 > 2**112
_TIME_DIGITS = 7  # milliseconds since 1970, up to the year 2081
_DIGIT_OF = bytes(ord(_ALPHABET[byte % 62]) for byte in range(256))
_UNFAIR = bytes(range(248, 256))  # 248 is a multiple of 62; what is above would favour the first digits

RandomBytes = Callable[[int], bytes]


class Ids:
    """Make ids such as `gen_3qX…`: a prefix, an underscore and 112 random bits in base 62.

    Randomness is passed in, so that a test can have the same ids twice. Ids are no secrets: the digits of some more are kept ready.
    """

    def __init__(self, random_bytes: RandomBytes = secrets.token_bytes) -> None:
        self._random_bytes = random_bytes
        self._ahead = b""

    def new(self, prefix: str) -> str:
        """Return a new id `<prefix>_<19 characters>`."""
        return f"{prefix}_{self._digits(_DIGITS)}"

    def in_order(self, prefix: str, moment: datetime) -> str:
        """Return a new id as long as others, that sorts by `moment`: 7 characters of it, then 71 random bits.

        For rows that come by the thousand: written side by side they cost the database half as much as all over its index.
        """
        left, time = round(moment.timestamp() * 1000), ""
        for _ in range(_TIME_DIGITS):
            left, digit = divmod(left, 62)
            time = _ALPHABET[digit] + time
        return f"{prefix}_{time}{self._digits(_DIGITS - _TIME_DIGITS)}"

    def secret_bytes(self, size_bytes: int) -> bytes:
        """Return `size_bytes` random bytes, for keys and tokens."""
        return self._random_bytes(size_bytes)

    def _digits(self, count: int) -> str:
        while len(self._ahead) < count:
            self._ahead += self._random_bytes(_AHEAD_BYTES).translate(_DIGIT_OF, _UNFAIR)
        digits, self._ahead = self._ahead[:count], self._ahead[count:]
        return digits.decode()
