"""What an error says of the key that a list of models was asked for with."""

import pytest

from satchel.domain import errors
from satchel.domain.keys import failed_check


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.KeyRejected("no"), "refused"),
        (errors.KeyExhausted("no"), "refused"),
        (errors.KeyForbidden("you may not list models"), "unchecked"),
        (errors.ProviderRefused("no"), "unchecked"),
        (errors.UnknownModel("no list"), "unchecked"),
        (errors.VaultLocked("no", details={"unlockable": True}), "unchecked"),
        (errors.VaultLocked("no"), "unusable"),
        (errors.ProviderUnavailable("no"), "unreachable"),
    ],
)
def test_only_what_is_wrong_with_the_key_is_held_against_it(error: errors.SatchelError, status: str) -> None:
    check = failed_check(error)
    assert (check.status, check.message) == (status, error.message)
