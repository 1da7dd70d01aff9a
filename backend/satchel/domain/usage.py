"""What was used and what it cost: token counts, dated prices, and the one rounding between them."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from satchel.kit.money import nusd_from_usd

_MTOK = Decimal(1_000_000)
_TOKENS_PER_IMAGE = 8_192
"""The most that a picture is made of; the dearest known have 6,240."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of one generation, in the model's own tokens.

    `input_tokens` includes `cached_tokens`, `cache_write_tokens` and `audio_tokens`, which were heard; `output_tokens` includes
    `reasoning_tokens` and `image_tokens`. `images`, `seconds` of sound heard and `characters` said are counts. `estimated` says that we
    counted because the provider did not.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    estimated: bool = False
    image_tokens: int = 0
    images: int = 0
    audio_tokens: int = 0
    seconds: int = 0
    characters: int = 0


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens on a date. A cache price of None means "as input".

    `image_usd` is that of tokens that pictures are made of, `per_image_usd` of a whole picture; without either nobody knows what they cost.
    `audio_usd` is that of tokens that are heard (None: as input), `character_usd` of a million characters said, `per_minute_usd` of a
    minute heard.

    `beyond` are the prices of longer prompts: each counts for all tokens of a call whose input is above its number. Ascending.
    """

    input_usd: Decimal
    output_usd: Decimal
    as_of: date
    cached_usd: Decimal | None = None
    cache_write_usd: Decimal | None = None
    beyond: tuple[tuple[int, "Price"], ...] = ()
    image_usd: Decimal | None = None
    per_image_usd: Decimal | None = None
    audio_usd: Decimal | None = None
    per_minute_usd: Decimal | None = None
    character_usd: Decimal | None = None

    @property
    def is_free(self) -> bool:
        """Tell whether nothing costs anything."""
        words = self.input_usd or self.output_usd or self.audio_usd or self.character_usd
        return not (words or self.image_usd or self.per_image_usd or self.per_minute_usd)

    def for_input(self, input_tokens: int) -> "Price":
        """Return the price of a call with so many tokens of input."""
        found = self
        for above, price in self.beyond:
            found = price if input_tokens > above else found
        return found


@dataclass(frozen=True, slots=True)
class Cost:
    """What a generation cost, in nano-US-dollars. `known` is False where the catalog has no price: then `nusd` is 0 and means nothing.

    `input_nusd` is the prompt's part of it, for replies only: the ledger does not keep it.
    """

    nusd: int = 0
    known: bool = True
    input_nusd: int = field(default=0, compare=False)


FREE = Cost()
UNPRICED = Cost(0, known=False)


def with_images(usage: Usage, images: int) -> Usage:
    """Return a provider's usage with the pictures that came; without word of their tokens all that was written counts as theirs."""
    if not images or usage.images:
        return usage
    return replace(usage, images=images, image_tokens=usage.image_tokens or usage.output_tokens - usage.reasoning_tokens)


def cost(usage: Usage, price: Price | None) -> Cost:
    """Return the cost of `usage` at `price`, rounded up once to a whole nano-dollar; `UNPRICED` without a price."""
    if price is None:
        return UNPRICED
    if price.is_free:
        return FREE
    if usage.seconds and not usage.input_tokens and price.per_minute_usd is None:
        return UNPRICED
    if (usage.images or usage.image_tokens) and price.image_usd is None and price.per_image_usd is None:
        return UNPRICED
    price = price.for_input(usage.input_tokens) if price.beyond else price
    fresh = max(0, usage.input_tokens - usage.cached_tokens - usage.cache_write_tokens)
    cached_usd = price.input_usd if price.cached_usd is None else price.cached_usd
    write_usd = price.input_usd if price.cache_write_usd is None else price.cache_write_usd
    if usage.audio_tokens and price.audio_usd is not None:
        fresh_usd = usage.audio_tokens * price.audio_usd + max(0, fresh - usage.audio_tokens) * price.input_usd
    else:
        fresh_usd = fresh * price.input_usd
    prompt = fresh_usd + usage.cached_tokens * cached_usd + usage.cache_write_tokens * write_usd
    total = prompt + (usage.output_tokens - usage.image_tokens) * price.output_usd
    if usage.images or usage.image_tokens or usage.seconds or usage.characters:
        total += _beside_words(usage, price)
    return Cost(nusd_from_usd(total / _MTOK), input_nusd=nusd_from_usd(prompt / _MTOK))


def worst_case_nusd(price: Price | None, most: Usage) -> int | None:
    """Return the most a call can cost in nano-US-dollars that uses no more than this, or None where no price is known."""
    if price is None or (most.images and price.image_usd is None and price.per_image_usd is None):
        return None
    price = price.for_input(most.input_tokens)
    dearest_input = max(price.input_usd, price.cache_write_usd or Decimal(0), price.audio_usd or Decimal(0))
    words = most.input_tokens * dearest_input + most.output_tokens * price.output_usd
    drawn = replace(most, image_tokens=most.images * _TOKENS_PER_IMAGE)
    return nusd_from_usd((words + _beside_words(drawn, price)) / _MTOK)


def _beside_words(usage: Usage, price: Price) -> Decimal:
    """Return what pictures, minutes and characters cost, times a million."""
    drawn = usage.image_tokens * (price.image_usd or 0) + usage.images * (price.per_image_usd or 0) * _MTOK
    heard = usage.seconds * (price.per_minute_usd or 0) * _MTOK / 60
    return drawn + heard + usage.characters * (price.character_usd or Decimal(0))
