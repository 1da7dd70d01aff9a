"""Signatures that botocore 1.44.5 made of the same requests on 2026-11-23, its clock stopped."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from satchel.kit.sigv4 import AwsCredentials, SigningScope, signed_headers

NOW = datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC)
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
ARN = "arn:aws:bedrock:us-east-1:000000000000:application-inference-profile%2Fabc"


def signed(url: str, body: bytes = b"{}", region: str = "us-east-1", token: str | None = None, now: datetime = NOW) -> dict[str, str]:
    credentials = AwsCredentials("AKIDEXAMPLE", SECRET, token)
    content = {"Content-Type": "application/json"}
    return signed_headers(url, content, body, credentials=credentials, scope=SigningScope(region, "bedrock"), now=now)


@pytest.mark.parametrize(
    ("url", "body", "region", "token", "signature"),
    [
        (
            "https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-micro/converse-stream",
            b"{}",
            "us-east-1",
            None,
            "0e0603352d0ebe1d2ccc49cd49b647da856b642754506f4566ac1fe28bee34ca",
        ),
        (
            "https://bedrock-runtime.eu-central-1.amazonaws.com/model/us.anthropic.claude-haiku-4-5-20251001-v1:0/invoke-with-response-stream",
            '{"é":1}'.encode(),
            "eu-central-1",
            None,
            "03bb4724bc02c4d1766b41a3f6c0d310cdd9582a1f2d1e26d02a8c02f0be203e",
        ),
        (
            f"https://bedrock-runtime.us-east-1.amazonaws.com/model/{ARN}/converse-stream",
            b"{}",
            "us-east-1",
            "FwoGZXIvYXdzEXAMPLE==",
            "d8084316ff849a04dbebee08dfce6853214aeb701cc17aa39a31ef579c2f5bcf",
        ),
        (
            "http://127.0.0.1:8099/model/m/converse-stream",
            b"{}",
            "us-east-1",
            None,
            "2c8c08fc7dc84dda33430ee909d55718a3979f65fa7330ec4b30f566a6d47c1d",
        ),
    ],
    ids=["a plain name", "a colon in the name", "an escaped slash and a session", "a port"],
)
def test_signatures_are_those_of_awss_own_client(url: str, body: bytes, region: str, token: str | None, signature: str) -> None:
    headers = signed(url, body, region, token)
    names = "content-type;host;x-amz-date" + (";x-amz-security-token" if token else "")
    scope = f"20261123/{region}/bedrock/aws4_request"
    expected = f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, SignedHeaders={names}, Signature={signature}"
    assert headers == {
        "X-Amz-Date": "20261123T040506Z",
        **({"X-Amz-Security-Token": token} if token else {}),
        "Authorization": expected,
    }


def test_a_usual_port_and_another_time_zone_change_nothing() -> None:
    plain = "https://h.example/m"
    assert signed(plain) == signed("https://h.example:443/m") == signed(plain, now=NOW.astimezone(timezone(timedelta(hours=2))))
    assert signed("http://h.example/m") == signed("http://h.example:80/m")


def test_credentials_do_not_show_themselves() -> None:
    assert "EXAMPLE" not in repr(AwsCredentials("AKIDEXAMPLE", SECRET, "EXAMPLE"))
