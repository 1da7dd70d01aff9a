"""All resources below `/v1` that are not hot, each built with what it uses."""

from collections.abc import Mapping
from typing import Protocol

from fastapi import APIRouter

from satchel.domain.catalog import ProviderRow
from satchel.doors.auth import Authenticator
from satchel.doors.http.accounts import AccountReader, accounts_router
from satchel.doors.http.activity import activity_router
from satchel.doors.http.audit import audit_router
from satchel.doors.http.auth_keys import auth_keys_router
from satchel.doors.http.callers import Callers
from satchel.doors.http.credits import credits_router
from satchel.doors.http.departures import departures_router
from satchel.doors.http.devices import devices_router
from satchel.doors.http.generation_record import generation_record_router
from satchel.doors.http.generations import Running, generations_router
from satchel.doors.http.grants import grants_router
from satchel.doors.http.invitations import invitations_router
from satchel.doors.http.keys import KeyDesk, keys_router
from satchel.doors.http.live import LiveCalls
from satchel.doors.http.models import models_router
from satchel.doors.http.own_grant import own_grant_router
from satchel.doors.http.passkeys import passkeys_router
from satchel.doors.http.proofs import proofs_router
from satchel.doors.http.providers import providers_router
from satchel.doors.http.searching import Searching
from satchel.doors.http.sign_ins import sign_ins_router
from satchel.doors.http.tokens import tokens_router
from satchel.doors.http.totps import totps_router
from satchel.doors.http.vault import vault_router
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.coordination import Bus
from satchel.ports.stores import Database
from satchel.services.accounts import Accounts
from satchel.services.accounts.departures import Departures
from satchel.services.accounts.invitations import Invitations
from satchel.services.accounts.mail_links import MailLinks
from satchel.services.accounts.passkeys import Passkeys
from satchel.services.accounts.proofs import Proofs
from satchel.services.accounts.retention import Retention
from satchel.services.accounts.totps import Totps
from satchel.services.apps import Apps
from satchel.services.catalog import Catalog
from satchel.services.ledger import Ledger
from satchel.services.oauth.devices import Devices
from satchel.services.oauth.exchange import Exchange
from satchel.services.oauth.tokens import Tokens
from satchel.services.policy import Policy
from satchel.services.streams import Streams
from satchel.services.vault import Vault
from satchel.services.vault.locked import LockedMode


class ResourceServices(Protocol):
    """What the resources use; the house has it."""

    accounts: Accounts
    mail_links: MailLinks
    invitations: Invitations
    passkeys: Passkeys
    totps: Totps
    proofs: Proofs
    departures: Departures
    apps: Apps
    catalog: Catalog
    ledger: Ledger
    policy: Policy
    streams: Streams
    tokens: Tokens
    devices: Devices
    vault: Vault
    locked_mode: LockedMode
    retention: Retention
    rows: Mapping[str, ProviderRow]
    exchange: Exchange
    database: Database
    bus: Bus
    clock: Clock
    ids: Ids


def resource_routers(authenticator: Authenticator, live: LiveCalls, house: ResourceServices) -> list[APIRouter]:
    """Return the routers, to be included below `/v1`."""
    callers = Callers(authenticator)
    running = Running(house.streams, live)
    reader = AccountReader(house.accounts, house.mail_links, house.catalog, house.ledger, running, house.database, house.clock)
    desk = KeyDesk(house.vault, house.rows, house.bus)
    return [
        accounts_router(callers, reader, house.retention),
        models_router(callers, house.catalog, house.policy),
        providers_router(callers, house.rows),
        grants_router(callers, house.policy, house.database, house.clock, house.ids),
        own_grant_router(callers, house.policy, house.database, house.clock),
        generations_router(
            callers, house.ledger, running, searching=Searching(house.catalog, house.apps), apps=house.apps, clock=house.clock
        ),
        generation_record_router(callers, house.ledger, house.rows),
        credits_router(callers, house.ledger, house.database, house.clock),
        activity_router(callers, house.ledger, house.tokens, house.rows),
        keys_router(callers, house.vault, desk, house.catalog),
        vault_router(callers, house.locked_mode),
        audit_router(callers, house.database),
        auth_keys_router(callers, house.exchange, house.tokens, house.clock),
        passkeys_router(callers, house.passkeys, house.proofs),
        proofs_router(callers, house.proofs, house.accounts, house.devices),
        totps_router(callers, house.totps, house.accounts),
        departures_router(callers, house.departures, house.accounts),
        invitations_router(callers, house.invitations, house.accounts),
        sign_ins_router(callers, house.accounts),
        devices_router(callers, house.devices, house.clock),
        tokens_router(callers, house.tokens, house.ledger, house.clock),
    ]
