"""One token in software for all."""

import pytest

from .soft_token import SoftToken, soft_token


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory) -> SoftToken:
    """Return a token; each test makes keys with labels of its own in it."""
    return soft_token(tmp_path_factory.mktemp("token"))
