"""`SATCHEL_KEK_URL` → custody."""

import re

from satchel.custody.aws_identity import AwsIdentity
from satchel.custody.aws_kms import AwsKmsCustody
from satchel.custody.local import local_custody
from satchel.custody.pkcs11_address import TokenAddress
from satchel.custody.succession import Succession
from satchel.custody.transit import TransitCustody
from satchel.ports.clock import Clock
from satchel.ports.custody import Custody
from satchel.settings import Settings, read_aws

_BETWEEN = re.compile(r"\s+(?=[a-z][a-z0-9+]*:)")
"""What lies between two addresses: a path may have spaces of its own."""


def custody_of(settings: Settings, deployment_id: str, clock: Clock, *, is_first: bool) -> Custody:
    """Return the custody that the settings name; of several, the first one wraps.

    Raises:
        KekRefused: one cannot be used; says what to do.
    """
    urls = _BETWEEN.split(settings.kek_url.strip())
    custodies = [_one(url, settings, deployment_id, clock, is_first=is_first) for url in urls]
    if len(custodies) == 1:
        return custodies[0]
    return Succession(*custodies)


def _one(url: str, settings: Settings, deployment_id: str, clock: Clock, *, is_first: bool) -> Custody:
    kek = settings.kek.get_secret_value() or None
    if url.startswith(("vault://", "vault+http://")):
        return TransitCustody.from_url(url, kek, deployment_id)
    if url.startswith("awskms:"):
        return AwsKmsCustody.from_url(url, AwsIdentity(read_aws(), clock), deployment_id, clock)
    if url.startswith("pkcs11:"):
        address = TokenAddress.parse(url)
        from satchel.custody.pkcs11 import Pkcs11Custody  # noqa: PLC0415 - needs an extra, which the address has looked for

        return Pkcs11Custody(address, address.pin(kek), deployment_id)
    return local_custody(url or None, kek=kek, keyring=settings.keyring, deployment_id=deployment_id, is_first=is_first)
