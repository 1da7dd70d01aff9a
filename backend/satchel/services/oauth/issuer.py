"""The address we go by: the issuer of every token, and the origin that forms must come from."""

import re

from satchel.domain.errors import MalformedRequest

_LOOPBACK = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?")


class Issuer:
    """Say what our own address is."""

    def __init__(self, public_url: str | None = None) -> None:
        """Build it.

        Args:
            public_url: the operator's setting, such as `https://satchel.example`; without it, only loopback names are ours.
        """
        self._public_url = public_url.rstrip("/") if public_url else None

    def of(self, host: str) -> str:
        """Return our address, without a slash at the end, for a request whose `Host` is `host`.

        The setting wins. Without it `Host` is believed for loopback names only, so that a foreign name that resolves to this machine
        cannot become an issuer.

        Raises:
            MalformedRequest: there is no setting, and `host` is no loopback name.
        """
        if self._public_url is not None:
            return self._public_url
        if not _LOOPBACK.fullmatch(host):
            raise MalformedRequest(f"{host!r} is not an address of this server; set SATCHEL_PUBLIC_URL to use it")
        return f"http://{host}"
