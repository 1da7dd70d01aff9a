"""A real SMTP server on this computer, and the certificate that it shows."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


@dataclass
class MailServer:
    """What came in, by whom, and whether that was in TLS."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    in_tls: list[bool] = field(default_factory=list)
    refuses: bool = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a mail in."""
        if self.refuses:
            return "550 not from you"
        mail = BytesParser(policy=default).parsebytes(envelope.content)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        self.in_tls.append(session.ssl is not None or isinstance(server.transport.get_extra_info("ssl_object"), ssl.SSLObject))
        return "250 taken"

    def let_in(self, server: Any, session: Any, envelope: Any, mechanism: str, auth: Any) -> AuthResult:
        """Let in whoever says the right password."""
        assert isinstance(auth, LoginPassword)
        self.users.append(auth.login.decode())
        return AuthResult(success=auth.password == b"p@ss:word/", handled=False)


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a certificate for 127.0.0.1; return the server's context, and that of a client who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    usage = x509.BasicConstraints(ca=True, path_length=0)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(1), now + timedelta(1))
    made = builder.add_extension(names, critical=False).add_extension(usage, critical=True).sign(key, SHA256())
    path = folder / "mail.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=made.public_bytes(Encoding.PEM).decode())


@asynccontextmanager
async def mail_server(
    *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None, login: bool = False
) -> AsyncGenerator[MailServer, None]:
    """Run a server on a free port of this computer, in this loop."""
    taken = MailServer()
    more: dict[str, Any] = {"authenticator": taken.let_in, "auth_required": tls is None, "auth_require_tls": tls is None} if login else {}
    sessions: list[SMTP] = []

    def session() -> SMTP:
        sessions.append(SMTP(taken, hostname="mail.example", tls_context=starttls, **more))
        return sessions[-1]

    listening = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0, ssl=tls)
    try:
        taken.port = listening.sockets[0].getsockname()[1]
        yield taken
    finally:
        listening.close()
        for each in sessions:
            for transport in (each.transport, each._original_transport):  # it lets go of the second at STARTTLS
                if transport is not None:
                    transport.close()
        await asyncio.wait_for(listening.wait_closed(), 10)
