"""`SATCHEL_KEK_URL` → custody. Each kind is loaded when it is named."""

import re

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
    from satchel.custody.succession import Succession  # noqa: PLC0415 - only while moving

    return Succession(*custodies)


def _one(url: str, settings: Settings, deployment_id: str, clock: Clock, *, is_first: bool) -> Custody:
    kek = settings.kek.get_secret_value() or None
    if url.startswith(("vault://", "vault+http://")):
        from satchel.custody.transit import TransitCustody  # noqa: PLC0415 - each kind only where it is named

        return TransitCustody.from_url(url, kek, deployment_id)
    if url.startswith("awskms:"):
        from satchel.custody.aws_identity import AwsIdentity  # noqa: PLC0415
        from satchel.custody.aws_kms import AwsKmsCustody  # noqa: PLC0415

        return AwsKmsCustody.from_url(url, AwsIdentity(read_aws(), clock), deployment_id, clock)
    if url.startswith("pkcs11:"):
        from satchel.custody.pkcs11 import Pkcs11Custody  # noqa: PLC0415

        return Pkcs11Custody.from_url(url, kek, deployment_id)
    from satchel.custody.local import local_custody  # noqa: PLC0415

    return local_custody(url or None, kek=kek, keyring=settings.keyring, deployment_id=deployment_id, is_first=is_first)
