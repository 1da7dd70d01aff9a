"""Mail over real SMTP on this computer: in TLS wherever it leaves it, and nothing said of it when it fails."""

import socket
from pathlib import Path

import pytest
from tests.transport.mail_server import certificate, mail_server

from satchel.ports.mail import MailFailed
from satchel.transport.mail import SmtpMailer

SENDER = "Satchel <satchel@home.example>"
TO = "mira@holt.example"


async def test_a_mail_arrives_as_it_was_written() -> None:
    async with mail_server() as server:
        await SmtpMailer(f"smtp://127.0.0.1:{server.port}", SENDER).send(
            TO, "Your link – ünïcode", "Open this:\n\nhttps://x.example/?a=1\n"
        )
        [mail] = server.mails
    assert (mail["From"], mail["To"], mail["Subject"]) == (SENDER, TO, "Your link – ünïcode")
    assert mail.get_content().splitlines() == ["Open this:", "", "https://x.example/?a=1"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert server.envelopes == [("satchel@home.example", [TO])]


async def test_it_goes_in_tls_and_with_the_password_where_there_is_one(tmp_path: Path) -> None:
    theirs, ours = certificate(tmp_path)
    for scheme, contexts in (("smtp", {"starttls": theirs}), ("smtps", {"tls": theirs})):
        async with mail_server(**contexts, login=True) as server:  # type: ignore[arg-type]
            url = f"{scheme}://satchel%40home:p%40ss%3Aword%2F@127.0.0.1:{server.port}"
            await SmtpMailer(url, SENDER, ours).send(TO, "s", "t")
            assert (set(server.users), server.in_tls) == ({"satchel@home"}, [True]), scheme


async def test_a_password_that_is_refused_says_so(tmp_path: Path) -> None:
    theirs, ours = certificate(tmp_path)
    async with mail_server(tls=theirs, login=True) as server:
        with pytest.raises(MailFailed, match="SMTPAuthenticationError 535"):
            await SmtpMailer(f"smtps://me:wrong@127.0.0.1:{server.port}", SENDER, ours).send(TO, "s", "t")
    assert server.mails == []


async def test_a_server_with_a_strange_certificate_gets_nothing(tmp_path: Path) -> None:
    theirs, _ = certificate(tmp_path)
    for scheme, contexts in (("smtp", {"starttls": theirs}), ("smtps", {"tls": theirs})):
        async with mail_server(**contexts) as server:  # type: ignore[arg-type]
            with pytest.raises(MailFailed, match="SSLCertVerificationError"):
                await SmtpMailer(f"{scheme}://127.0.0.1:{server.port}", SENDER).send(TO, "s", "t")
            assert server.mails == []


async def test_what_fails_says_where_and_why_and_neither_whom_nor_what() -> None:
    async with mail_server() as server:
        server.refuses = True
        with pytest.raises(MailFailed) as refused:
            await SmtpMailer(f"smtp://127.0.0.1:{server.port}", SENDER).send(TO, "s", "secret link")
        assert str(refused.value) == f"127.0.0.1:{server.port}: SMTPDataError 550"
        assert refused.value.__cause__ is None
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(MailFailed, match=f"127.0.0.1:{port}: ConnectionRefusedError"):
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(TO, "s", "t")
