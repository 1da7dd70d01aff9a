"""From the words that a person typed to a search of the activity. Names of models and apps are looked up here: entries have ids only."""

from collections.abc import Collection

from satchel.domain.catalog import Endpoint
from satchel.domain.ledger import Status
from satchel.domain.searches import Search, Word
from satchel.services.apps import Apps
from satchel.services.catalog import Catalog

MAX_CHARACTERS = 200


class Searching:
    """Read searches."""

    def __init__(self, catalog: Catalog, apps: Apps) -> None:
        self._catalog = catalog
        self._apps = apps

    async def read(self, account_id: str, text: str, origin: str | None, status: Status | None) -> Search:
        """Return the search for all words of `text`, in any order and however they are written."""
        words = "".join(letter if letter.isprintable() else " " for letter in text).lower().split()
        endpoints = await self._catalog.endpoints(account_id, None) if words else ()
        return Search(origin, status, tuple(Word(word, _named(endpoints, word), self._apps.named(word)) for word in dict.fromkeys(words)))


def _named(endpoints: Collection[Endpoint], word: str) -> frozenset[str]:
    """Return the models whose name has `word` although their id has not; an id is found without our help."""
    ids = (id_ for endpoint in endpoints if word in endpoint.name.lower() for id_ in (endpoint.model_id, endpoint.id))
    return frozenset(id_ for id_ in ids if word not in id_.lower())
