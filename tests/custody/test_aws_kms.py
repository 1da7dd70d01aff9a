"""AWS KMS as custody, over a real connection to a server that speaks as it does."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from satchel.custody.aws_identity import AwsIdentity
from satchel.custody.aws_kms import AwsKmsCustody
from satchel.domain.errors import NotReady, VaultLocked
from satchel.domain.keys import Wrap
from satchel.kit.clock import SystemClock
from satchel.kit.sigv4 import AwsCredentials
from satchel.ports.custody import KekRefused

from .key_service import ENVIRONMENT, KEY_ID, SECRET, KeyService

DEK, CONTEXT = bytes(range(200, 232)), ("acct_a", "dek_1", "1", "managed")


@pytest.fixture
async def service() -> AsyncIterator[KeyService]:
    """Yield a KMS."""
    async with KeyService().running() as running:
        yield running


@pytest.fixture
async def custody(service: KeyService) -> AsyncIterator[AwsKmsCustody]:
    """Yield custody by it."""
    subject = custody_of(service)
    yield subject
    await subject.aclose()


def custody_of(service: KeyService, key: str = "alias/satchel", home: Path = Path("/nowhere"), **environment: str) -> AwsKmsCustody:
    identity = AwsIdentity(environment or ENVIRONMENT, SystemClock(), home)
    return AwsKmsCustody.from_url(service.url(key), identity, "dep_1", SystemClock())


async def test_the_context_is_named_in_words_that_a_key_policy_can_ask_for(custody: AwsKmsCustody, service: KeyService) -> None:
    await custody.unwrap(await custody.wrap(DEK, CONTEXT), CONTEXT)
    named = {"satchel": "dek-wrap", "deployment": "dep_1", "account": "acct_a", "dek": "dek_1", "version": "1", "kind": "managed"}
    assert service.contexts == [named, named]
    assert service.asked == ["DescribeKey", "Encrypt", "Decrypt"]


async def test_an_alias_that_moved_wraps_with_the_new_key_and_never_asks_the_old_one(custody: AwsKmsCustody, service: KeyService) -> None:
    old = await custody.wrap(DEK, CONTEXT)
    service.alias = next(arn for arn in service.keys if arn != old.kek_id)
    assert await custody.known() == [service.alias]
    assert (await custody.wrap(DEK, CONTEXT)).kek_id == service.alias
    service.asked.clear()
    with pytest.raises(VaultLocked):
        await custody.unwrap(old, CONTEXT)
    assert service.asked == []
    former = custody_of(service, old.kek_id)
    assert await former.unwrap(old, CONTEXT) == DEK
    await former.aclose()


async def test_a_row_does_not_choose_the_key(custody: AwsKmsCustody, service: KeyService) -> None:
    wrap = await custody.wrap(DEK, CONTEXT)
    other = next(arn for arn in service.keys if arn != wrap.kek_id)
    service.asked.clear()
    for foreign in (replace(wrap, kek_id=other), Wrap("kek_1", wrap.blob), Wrap("transit:satchel:v1", wrap.blob)):
        with pytest.raises(VaultLocked):
            await custody.unwrap(foreign, CONTEXT)
    assert service.asked == []


async def test_what_passes_is_tried_again_and_what_stays_is_told(custody: AwsKmsCustody, service: KeyService) -> None:
    wrap = await custody.wrap(DEK, CONTEXT)
    service.fails = [(400, "ThrottlingException"), (500, "KMSInternalException")]
    assert await custody.unwrap(wrap, CONTEXT) == DEK
    service.fails = [(503, "not a code!")] * 3
    with pytest.raises(NotReady, match="ServiceUnavailable"):
        await custody.unwrap(wrap, CONTEXT)
    assert service.fails == []


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("AccessDeniedException", "allow kms:Encrypt"),
        ("DisabledException", "enable the key"),
        ("KMSInvalidStateException", "cancel the deletion"),
        ("NotFoundException", "region"),
        ("ExpiredTokenException", "run out"),
        ("InvalidSignatureException", "clock"),
        ("SomethingNewException", "SomethingNewException"),
    ],
)
async def test_a_refusal_says_what_to_do_and_repeats_no_secret(custody: AwsKmsCustody, service: KeyService, code: str, says: str) -> None:
    wrap = await custody.wrap(DEK, CONTEXT)
    service.fails = [(400, code), (400, "asked again")]
    with pytest.raises(NotReady, match=says) as refused:
        await custody.unwrap(wrap, CONTEXT)
    assert len(service.fails) == 1
    assert SECRET not in str(refused.value)
    assert KEY_ID not in str(refused.value)


async def test_wrong_credentials_and_a_service_that_is_away_are_no_broken_key(service: KeyService) -> None:
    wrong = custody_of(service, AWS_ACCESS_KEY_ID=KEY_ID, AWS_SECRET_ACCESS_KEY="another")
    with pytest.raises(NotReady, match="credentials"):
        await wrong.wrap(DEK, CONTEXT)
    away = AwsKmsCustody.from_url(
        "awskms://eu-central-1/one?endpoint=http://127.0.0.1:9", AwsIdentity(ENVIRONMENT, SystemClock()), "dep_1", SystemClock()
    )
    with pytest.raises(NotReady, match="cannot be reached"):
        await away.wrap(DEK, CONTEXT)
    for custody in (wrong, away):
        await custody.aclose()


@pytest.mark.parametrize(
    "url",
    [
        "awskms://",
        "awskms://eu-central-1",
        "awskms:///key",
        "awskms://eu-central-1/a b",
        "awskms://host:1/key",
        "awskms://eu-central-1/k?x=1",
        "awskms://eu-central-1/k?endpoint=",
        "awskms://eu-central-1/k?endpoint=file:///x",
    ],
)
def test_a_url_that_names_no_key_is_refused(url: str) -> None:
    with pytest.raises(KekRefused, match="awskms://eu-central-1/alias/satchel"):
        AwsKmsCustody.from_url(url, AwsIdentity({}, SystemClock()), "dep_1", SystemClock())


async def test_rotating_is_left_to_aws(custody: AwsKmsCustody) -> None:
    with pytest.raises(KekRefused, match="enable-key-rotation"):
        await custody.renew()


@pytest.mark.parametrize("way", ["file", "profile", "container", "machine"])
async def test_credentials_come_from(way: str, service: KeyService, tmp_path: Path) -> None:
    environment = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": service.address}
    (tmp_path / ".aws").mkdir()
    keys = f"aws_access_key_id={KEY_ID}\naws_secret_access_key = {SECRET}\n"
    match way:
        case "file":
            (tmp_path / ".aws" / "credentials").write_text(f"[default]\n{keys}")
        case "profile":
            (tmp_path / "elsewhere").write_text(f"[default]\n[ours]\n{keys}")
            environment |= {"AWS_PROFILE": "ours", "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "elsewhere")}
        case _:
            service.credentials = AwsCredentials(KEY_ID, SECRET, "a-session-token")
    if way == "container":
        (tmp_path / "token").write_text("a-token\n")
        environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = f"{service.address}/of-container"
        environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = str(tmp_path / "token")
    custody = custody_of(service, home=tmp_path, **environment)
    for _ in range(2):
        assert await custody.unwrap(await custody.wrap(DEK, CONTEXT), CONTEXT) == DEK
    await custody.aclose()
    assert service.gave_out == (way in ("container", "machine"))


async def test_credentials_that_end_soon_are_fetched_again(service: KeyService) -> None:
    service.credentials = AwsCredentials(KEY_ID, SECRET, "a-session-token")
    service.until_at = datetime.now(UTC).isoformat()
    custody = custody_of(service, AWS_EC2_METADATA_SERVICE_ENDPOINT=service.address)
    await custody.wrap(DEK, CONTEXT)
    assert service.gave_out == 2
    service.until_at = "2096-11-28T12:00:00Z"
    await custody.wrap(DEK, CONTEXT)
    service.fails = [(400, "ExpiredTokenException")]
    with pytest.raises(NotReady):
        await custody.wrap(DEK, CONTEXT)
    await custody.wrap(DEK, CONTEXT)
    assert service.gave_out == 4
    await custody.aclose()


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"AWS_EC2_METADATA_DISABLED": "true"}, "there are no AWS credentials"),
        ({"AWS_EC2_METADATA_SERVICE_ENDPOINT": "{address}/elsewhere"}, "answers 401"),
        ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.org/keys"}, "must be https"),
        ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{address}/of-container"}, "answers 401"),
        ({"AWS_SHARED_CREDENTIALS_FILE": __file__}, "not as AWS's tools write it"),
        ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{address}/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/nowhere"}, "'/nowhere'"),
    ],
)
async def test_nobody_is_told_how_to_be_somebody(service: KeyService, environment: dict[str, str], says: str) -> None:
    custody = custody_of(service, **{name: value.format(address=service.address) for name, value in environment.items()})
    with pytest.raises(NotReady, match=says):
        await custody.wrap(DEK, CONTEXT)
    await custody.aclose()
