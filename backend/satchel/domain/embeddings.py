"""A request for embeddings, in Satchel's own words: texts, or a tokenizer's numbers, that become vectors."""

from dataclasses import dataclass
from typing import Literal

InputType = Literal["query", "document", "classification", "clustering"]
"""What the vectors are for, where a provider makes them differently: what is looked for, what is looked through, …"""


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    """One vector for each of `inputs`, in their order: all texts, or all token ids of the model's own tokenizer.

    `dimensions` None = as many as the model has. `model` is an id as the caller wrote it; routing resolves it.
    """

    model: str
    inputs: tuple[str, ...] | tuple[tuple[int, ...], ...]
    dimensions: int | None = None
    input_type: InputType | None = None
    user: str | None = None

    @property
    def texts(self) -> tuple[str, ...] | None:
        """Return the inputs as texts; None where they are token ids."""
        texts = tuple(one for one in self.inputs if isinstance(one, str))
        return texts if len(texts) == len(self.inputs) else None
