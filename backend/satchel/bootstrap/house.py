"""Settings → adapters → services: the house, opened and closed in order. What stands in its doorways is in `doors.py`."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

from satchel.bootstrap.authorities import authorities_of
from satchel.bootstrap.custodies import custody_of
from satchel.coordination.memory import MemoryBus, MemoryLimiter, MemoryStreamLog
from satchel.domain.apps import App
from satchel.domain.catalog import ProviderRow
from satchel.domain.errors import NotFound
from satchel.kit.clock import SystemClock
from satchel.kit.ids import Ids
from satchel.loading import catalog_models, load_plugins, load_providers, load_sources, provider_rows, retired_models
from satchel.ports.clock import Clock
from satchel.ports.coordination import Bus, Limiter
from satchel.ports.mail import Mailer
from satchel.ports.oauth import OAuthStore
from satchel.ports.proofs import UsedProofs
from satchel.ports.stores import Database
from satchel.providers import ProviderDeps
from satchel.providers.builtin import PROVIDER_ID, BuiltinProvider
from satchel.services.accounts import Accounts
from satchel.services.accounts.departures import Departures
from satchel.services.accounts.invitations import Invitations
from satchel.services.accounts.mail_links import MailLinks
from satchel.services.accounts.passkeys import Passkeys
from satchel.services.accounts.proofs import Proofs
from satchel.services.accounts.retention import Retention
from satchel.services.accounts.totps import Totps
from satchel.services.apps import Apps
from satchel.services.budget import Budgets
from satchel.services.catalog import Catalog
from satchel.services.generation import Generation
from satchel.services.ledger import Ledger
from satchel.services.oauth.devices import Devices
from satchel.services.oauth.documents import MAX_DOCUMENT_BYTES, ClientDocuments, Fetch
from satchel.services.oauth.exchange import Exchange
from satchel.services.oauth.key_proofs import KeyProofs
from satchel.services.oauth.leftovers import Leftovers
from satchel.services.oauth.pairings import Pairings
from satchel.services.oauth.registrations import Registrations
from satchel.services.oauth.service import OAuth
from satchel.services.oauth.ties import Ties
from satchel.services.oauth.tokens import Tokens
from satchel.services.policy import Policy
from satchel.services.routing import Routing
from satchel.services.streams import StreamLimits, Streams
from satchel.services.vault import Vault
from satchel.services.vault.data_keys import DataKeys
from satchel.services.vault.envelopes import Envelopes
from satchel.services.vault.keks import Keks
from satchel.services.vault.locked import LockedMode
from satchel.services.vault.shared_secrets import SharedSecrets
from satchel.settings import Settings
from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.journal import SqlJournal
from satchel.stores.sql.migrate import migrate
from satchel.stores.sql.oauth import SqlOAuthStore
from satchel.stores.sql.throttles import SqlLimiter
from satchel.stores.sql.used_proofs import SqlUsedProofs
from satchel.transport import Timeouts, Transport
from satchel.transport.mail import SmtpMailer

_DOCUMENT_S = 10.0


class House:
    """Every adapter and service, plugged together by `open_house`, which also closes it. Building it connects nothing."""

    def __init__(self, settings: Settings, deployment_id: str, *, is_first: bool, fetch_document: Fetch | None = None) -> None:
        self.settings = settings
        self._fetch_document = fetch_document or self._client_document
        self.ids = Ids()
        self.clock: Clock = SystemClock()
        self.bus: Bus = MemoryBus()
        self.limiter: Limiter = MemoryLimiter(self.clock)
        database = SqlDatabase(settings.database_url, self.clock)
        self.guard = self.limiter if settings.is_embedded else SqlLimiter(database, self.clock)
        self.database: Database = database
        self.journal = SqlJournal(settings.database_url)
        self.custody = custody_of(settings, deployment_id, self.clock, is_first=is_first)
        self.keks = Keks(database, self.custody, self.clock, self.ids)
        self.vault = Vault(database, self.custody, self.clock, self.ids, deployment_id=deployment_id, enrol=self.keks.enrol)
        self.data_keys = DataKeys(database, self.vault, self.clock, self.ids)
        self.rows: Mapping[str, ProviderRow] = provider_rows()
        self._add_models()
        self._add_services(SqlOAuthStore(database), SqlUsedProofs(database))

    def _add_models(self) -> None:
        settings = self.settings
        hosts, timeouts = frozenset(settings.provider_hosts), Timeouts(connect_s=settings.connect_timeout_s, idle_s=settings.idle_timeout_s)
        self.transport = Transport(allow_loopback=settings.reaches_loopback, allowed_hosts=hosts, timeouts=timeouts)
        self.public_transport = Transport(allow_loopback=False, timeouts=timeouts)
        rows = self.rows if settings.reaches_loopback else {name: replace(row, ports=()) for name, row in self.rows.items()}
        models = catalog_models(settings.home)
        deps = ProviderDeps(self.transport, self.clock, rows, models, self.ids, settings.builtin_model == "on")
        self.providers = load_providers(deps)
        found = load_sources(deps, self.providers)
        self.catalog = Catalog(
            self.database,
            self.bus,
            self.clock,
            rows=rows,
            sources=found.by_dialect,
            local=found.local,
            open_key=self.vault.open,
            models=models,
            retired=retired_models(),
            near=settings.is_near,
        )

    def _add_services(self, oauth: OAuthStore, used: UsedProofs) -> None:
        database, bus, clock, ids = self.database, self.bus, self.clock, self.ids
        self.locked_mode = LockedMode(database, self.custody, self.vault, limiter=self.guard, bus=bus, clock=clock, ids=ids)
        self.accounts = Accounts(database, self.guard, bus, clock, ids, sign_up=self.settings.sign_up)
        self.invitations = Invitations(database, self.accounts, clock, ids)
        self.authorities, self._authority_transport = authorities_of(self.settings, self.guard, clock, ids)
        self.ties = Ties(database, clock, ids)
        self.passkeys = Passkeys(database, self.accounts, clock, ids)
        self.totps = Totps(database, self.custody, self.keks.enrol, limiter=self.guard, clock=clock, ids=ids)
        self.proofs = Proofs(database, self.accounts, self.passkeys, self.totps, clock=clock)
        settings = self.settings
        self.apps = Apps(frozenset(settings.extension_ids), frozenset(settings.allowed_origins), frozenset(settings.redirect_uris))
        documents = ClientDocuments(self._fetch_document, clock)
        nonces = SharedSecrets(database, self.custody, self.keks.enrol, clock, "dpop-nonce")
        self.key_proofs = KeyProofs(used, clock, nonces.all)
        clients = SharedSecrets(database, self.custody, self.keks.enrol, clock, "client-id")
        self.registrations = Registrations(clients.all, clock, is_on=self.settings.dynamic_registration == "on")
        pushes = Envelopes(self.vault.seals.deployment_id, "pushed-request", ids)
        self.oauth = OAuth(oauth, self._app, documents, self.key_proofs, envelopes=pushes, bus=bus, clock=clock, ids=ids)
        self.pairings = Pairings(oauth, self.oauth, self.guard, clock)
        self.exchange = Exchange(oauth, bus=bus, clock=clock, ids=ids)
        self.policy = Policy(database, self.catalog, self.limiter, bus, clock)
        self.budgets = Budgets(database, self.journal, clock, ids.new("work"), is_shared=not self.settings.is_embedded)
        self.tokens = Tokens(database, self.budgets.look_again, bus=bus, clock=clock, ids=ids)
        self.devices = Devices(database, bus=bus, clock=clock)
        self.leftovers = Leftovers(database, clock)
        self.ledger = Ledger(database, clock, self.budgets.flush)
        self.departures = Departures(database, bus, clock, flush=self.budgets.flush, forget=self.vault.forget)
        mailer = _mailer(self.settings)
        self.mail_links = MailLinks(database, self.accounts, self.departures, mailer, limiter=self.guard, clock=clock, ids=ids)
        self.retention = Retention(database, clock, self.budgets.flush)
        routing = Routing(self.catalog, self.providers, self.vault.open)
        self.generation = Generation(self.policy, self.budgets, routing, load_plugins())
        self.streams = Streams(self.generation.generate, MemoryStreamLog(), bus, ids, StreamLimits(resume_s=self.settings.resume_s))

    async def _app(self, client_id: str) -> App | None:
        return self.apps.find(client_id) or await self.registrations.find(client_id)

    async def _client_document(self, address: str) -> bytes:
        """Fetch the document of an app, from public hosts only: whoever asks to sign in chooses the address."""
        headers = {"Accept": "application/json"}
        answer = await self.public_transport.get_json(address, headers, _DOCUMENT_S, limit_bytes=MAX_DOCUMENT_BYTES)
        if answer.status != 200:
            raise NotFound(f"its host answered {answer.status}")
        return answer.raw

    @property
    def builtin(self) -> BuiltinProvider:
        """Return the built-in model's provider."""
        provider = self.providers[PROVIDER_ID]
        assert isinstance(provider, BuiltinProvider)  # noqa: S101 - loading.py lets nobody else take this id
        return provider

    async def aclose(self) -> None:
        """Close everything, users before what they use."""
        await self.streams.aclose()
        await self.mail_links.aclose()
        await self.accounts.alarms.aclose()
        await self.budgets.aclose()
        self.policy.aclose()
        await self.catalog.aclose()
        for provider in set(self.providers.values()):
            await provider.aclose()
        await self.transport.aclose()
        await self.public_transport.aclose()
        await self._authority_transport.aclose()
        self.locked_mode.close()
        self.vault.close()
        await self.custody.aclose()
        await self.journal.aclose()
        await self.database.aclose()


def _mailer(settings: Settings) -> Mailer | None:
    url = settings.smtp_url.get_secret_value()
    return SmtpMailer(url, settings.mail_from) if url else None


@asynccontextmanager
async def open_house(settings: Settings, fetch_document: Fetch | None = None) -> AsyncGenerator[House, None]:
    """Bring the database up to date, build the house, and close it in the end.

    `fetch_document` reads the documents of apps; by default our own transport does, from public hosts only.

    Raises:
        NotReady: the database does not answer.
        ValueError: the database URL is none, or the KEK is none or another than the one that sealed; the message says what to do.
    """
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    await migrate(settings.database_url)
    database = SqlDatabase(settings.database_url)
    try:
        deployment_id = await database.deployment_id()
        async with database.unit_of_work() as stores:
            is_first = not await stores.keks.list()
    finally:
        await database.aclose()
    house = House(settings, deployment_id, is_first=is_first, fetch_document=fetch_document)
    try:
        await house.keks.check()
        yield house
    finally:
        await house.aclose()
