"""What a person looks for among the generations of their account."""

from collections.abc import Iterable
from dataclasses import dataclass

from satchel.domain.ledger import Entry, Status


@dataclass(frozen=True, slots=True)
class Word:
    """A word that is looked for, in small letters, with the models and apps whose *names* have it: an entry knows only their ids."""

    text: str
    models: frozenset[str] = frozenset()
    apps: frozenset[str] = frozenset()

    def is_in(self, facts: Iterable[str | None], models: Iterable[str], app: str | None) -> bool:
        """Tell whether it is in one of `facts`, or in the name of one of `models` or of the `app`."""
        return any(self.text in fact.lower() for fact in facts if fact) or not self.models.isdisjoint(models) or app in self.apps


@dataclass(frozen=True, slots=True)
class Search:
    """All of these must be so; without any, every entry is meant. The order of the words does not matter."""

    origin: str | None = None
    status: Status | None = None
    words: tuple[Word, ...] = ()

    def finds(self, entry: Entry) -> bool:
        """Tell whether an entry is meant."""
        if self.origin not in (None, entry.origin) or self.status not in (None, entry.status):
            return False
        facts = (entry.origin, entry.client_id, entry.model, entry.requested_model, entry.provider, entry.error_code, entry.generation_id)
        return all(word.is_in(facts, (entry.model, entry.requested_model), entry.client_id) for word in self.words)


EVERYTHING = Search()
