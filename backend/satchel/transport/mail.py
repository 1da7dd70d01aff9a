"""Mail by SMTP, to the server that the operator names. Nothing of a mail is logged.

The standard library's client blocks, so each mail has a thread for its moments. It is loaded with the first mail.
"""

import asyncio
import ssl
from email.message import EmailMessage
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from satchel.ports.mail import MailFailed

if TYPE_CHECKING:
    import smtplib

_TIMEOUT_S = 20.0
_AT_ONCE = 2
_PORTS = {"smtp": 587, "smtps": 465}


class SmtpMailer:
    """Send mail through one server: `smtps://` in TLS from the start, `smtp://` by STARTTLS, in clear to this very computer only."""

    def __init__(self, url: str, sender: str, tls: ssl.SSLContext | None = None) -> None:
        """Build it; nothing is connected.

        Args:
            url: `smtp[s]://[user:password@]host[:port]`, user and password percent-encoded.
            sender: whom mails are from, such as `Satchel <satchel@home.example>`.
            tls: whom to trust; the system's authorities by default.
        """
        parts = urlsplit(url)
        self._is_tls = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender = sender
        self._tls = tls
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def send(self, to: str, subject: str, text: str) -> None:
        """Hand over one mail. Raises `MailFailed`."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, to, subject
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text)
        async with self._slots:
            await asyncio.to_thread(self._hand_over, mail)

    def _hand_over(self, mail: EmailMessage) -> None:
        import smtplib  # noqa: PLC0415 - loaded with the first mail: most servers send none

        try:
            if self._is_tls:
                client: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=_TIMEOUT_S, context=self._context())
            else:
                client = smtplib.SMTP(self._host, self._port, timeout=_TIMEOUT_S)
            with client:
                self._secure(client)
                if self._user:
                    client.login(self._user, self._password)
                client.send_message(mail)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            code = getattr(error, "smtp_code", None)
            raise MailFailed(f"{self._host}:{self._port}: {type(error).__name__}" + (f" {code}" if code else "")) from None

    def _secure(self, client: "smtplib.SMTP") -> None:
        if self._is_tls:
            return
        client.ehlo()
        if client.has_extn("starttls"):
            client.starttls(context=self._context())
            client.ehlo()
        elif not _is_here(self._host):
            raise MailFailed(f"{self._host}:{self._port} offers no STARTTLS; a sign-in link is not sent in clear")

    def _context(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
