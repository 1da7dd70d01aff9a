"""The real llama.cpp, with the built-in model in it, answers whoever asks: OpenAI's chat completions, Responses, Anthropic's Messages."""

import anthropic
import openai
import pytest
from tests.stage import Satchel

pytestmark = pytest.mark.model
MODEL = "smollm2/smollm2-135m-instruct"
SAY = "Say hello."


def test_one_model_answers_through_three_doors_whole_and_streamed(satchel: Satchel) -> None:
    token = satchel.add_token("three doors")
    with (
        openai.OpenAI(base_url=f"{satchel.url}/v1", api_key=token, max_retries=0, timeout=90) as by_openai,
        anthropic.Anthropic(base_url=satchel.url, api_key=token, max_retries=0, timeout=90) as by_anthropic,
    ):
        chat = by_openai.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": SAY}], max_tokens=12, temperature=0)
        response = by_openai.responses.create(model=MODEL, input=SAY, max_output_tokens=12, temperature=0)
        message = by_anthropic.messages.create(
            model=MODEL, messages=[{"role": "user", "content": SAY}], max_tokens=12, extra_body={"temperature": 0}, stream=False
        )
        said = chat.choices[0].message.content
        assert said
        assert response.output_text == said == "".join(block.text for block in message.content if block.type == "text")
        assert chat.usage is not None
        assert response.usage is not None
        counted = message.usage.input_tokens + (message.usage.cache_read_input_tokens or 0)
        assert chat.usage.prompt_tokens == response.usage.input_tokens == counted > 0
        assert chat.usage.completion_tokens == response.usage.output_tokens == message.usage.output_tokens > 0

        with by_openai.responses.stream(model=MODEL, input=SAY, max_output_tokens=12, temperature=0) as events:
            deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
        with by_anthropic.messages.stream(
            model=MODEL, messages=[{"role": "user", "content": SAY}], max_tokens=12, extra_body={"temperature": 0}
        ) as stream:
            texts = list(stream.text_stream)
        assert len(deltas) > 3
        assert "".join(deltas) == "".join(texts) == said
