"""The unmodified `openai` clients of PyPI and npm stream from `/v1/chat/completions` with a `sat_` token."""

import json
import subprocess
from pathlib import Path

import openai
import pytest
from tests.e2e.conftest import need
from tests.e2e.counting_server import CountingServer, text_of
from tests.stage import Satchel

pytestmark = pytest.mark.model
NODE_FOLDER = Path(__file__).with_name("node")
COUNT: list[openai.types.chat.ChatCompletionMessageParam] = [{"role": "user", "content": "Count from one to twenty in words."}]


@pytest.fixture(scope="module")
def token(satchel: Satchel) -> str:
    """A token that the account holder made."""
    return satchel.add_token("openai clients")


@pytest.fixture
def client(satchel: Satchel, token: str) -> openai.OpenAI:
    """The Python client, pointed at Satchel and told nothing else."""
    return openai.OpenAI(base_url=f"{satchel.url}/v1", api_key=token, max_retries=0, timeout=60)


def test_the_python_client_lists_models_and_gets_a_whole_answer(client: openai.OpenAI) -> None:
    assert "smollm2/smollm2-135m-instruct" in [model.id for model in client.models.list()]
    answer = client.chat.completions.create(model="satchel/preferred", messages=COUNT, max_tokens=20)
    assert answer.choices[0].message.content
    assert answer.usage is not None
    assert answer.usage.completion_tokens > 0


def test_the_python_client_streams_the_real_model(client: openai.OpenAI) -> None:
    chunks = list(
        client.chat.completions.create(model="smollm2/smollm2-135m-instruct", messages=COUNT, max_tokens=20, temperature=0, stream=True)
    )
    texts = [choice.delta.content for chunk in chunks for choice in chunk.choices if choice.delta.content]
    assert len(texts) > 3
    assert [choice.finish_reason for chunk in chunks for choice in chunk.choices if choice.finish_reason][-1] in ("stop", "length")
    assert chunks[-1].usage is not None


def test_the_python_client_reads_every_word_of_a_named_endpoint(client: openai.OpenAI, counting: CountingServer) -> None:
    stream = client.chat.completions.create(model="lab:count-3-0", messages=COUNT, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == text_of(3)


def test_the_python_client_gets_typed_errors(client: openai.OpenAI, satchel: Satchel) -> None:
    with pytest.raises(openai.BadRequestError, match="no model 'nobody/nothing'"):
        client.chat.completions.create(model="nobody/nothing", messages=COUNT)
    with pytest.raises(openai.PermissionDeniedError, match="Incorrect API key provided"):
        client.chat.completions.create(model="lab:refuse", messages=COUNT)
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(base_url=f"{satchel.url}/v1", api_key="sat_wrong", max_retries=0).models.list()


def test_the_npm_client_streams_the_real_model(satchel: Satchel, token: str) -> None:
    need("tests/e2e/node/node_modules", (NODE_FOLDER / "node_modules").exists())
    done = subprocess.run(
        ["node", "stream.mjs", f"{satchel.url}/v1", token],
        cwd=NODE_FOLDER,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert len(seen["texts"]) > 3
    assert seen["finish"] in ("stop", "length")
    assert seen["usage"]["completion_tokens"] > 3
    assert seen["whole"]
    assert seen["unknownModel"] == 400
