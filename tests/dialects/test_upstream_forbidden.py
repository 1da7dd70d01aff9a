"""What hosts say with a 403, in their own words, and who must act on it. Quotes are of the sources that `upstream_forbidden.py` names."""

import pytest

from satchel.dialects import anthropic_messages, bedrock_invoke, openai_chat
from satchel.dialects.upstream_forbidden import forbidden
from satchel.domain import errors
from satchel.domain.errors import SatchelError

from .hosts import endpoint

SAID: list[tuple[str, type[SatchelError]]] = [
    ("You are not allowed to sample from this model", errors.KeyForbidden),
    ("The model `x` is blocked at the organization level", errors.KeyForbidden),
    ("You don't have access to the model with the specified model ID.", errors.KeyForbidden),
    ("User: arn:aws:iam::0:user/x is not authorized to perform: bedrock:InvokeModel", errors.KeyForbidden),
    ("Your API key does not have permission to use the specified resource.", errors.KeyForbidden),
    ("Requests from referer <empty> are blocked.", errors.KeyForbidden),
    ("Your project has been denied access. Please contact support.", errors.KeyForbidden),
    ("This authentication method does not have sufficient permissions to call Inference Providers", errors.KeyForbidden),
    ("Forbidden", errors.KeyForbidden),
    ("", errors.KeyForbidden),
    ("Authentication failed: Please make sure your API Key is valid.", errors.KeyRejected),
    ("Your API key was reported as leaked. Please use another API key.", errors.KeyRejected),
    ("Authorization failed", errors.KeyRejected),
    ("Your newly created team doesn't have any credits or licenses yet.", errors.KeyExhausted),
    ("Your team x has either used all available credits or reached its monthly spending limit.", errors.KeyExhausted),
    ("Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys", errors.KeyExhausted),
    ("The free tier of the model has been exhausted.", errors.KeyExhausted),
    ("This API method requires billing to be enabled.", errors.KeyExhausted),
    ("Model access is denied: INVALID_PAYMENT_INSTRUMENT", errors.KeyExhausted),
    ("Country, region, or territory not supported", errors.ProviderRefused),
    ("Request not allowed", errors.ProviderRefused),
    ("Access to Anthropic models is not allowed from unsupported countries", errors.ProviderRefused),
    ("xAI: Content violates usage guidelines.", errors.ContentFiltered),
    ("Your input was flagged", errors.ContentFiltered),
    ("Input token count + max_tokens parameter must be less than the context length", errors.ContextTooLong),
]


@pytest.mark.parametrize(("words", "kind"), SAID)
def test_a_403_has_the_class_of_who_must_act(words: str, kind: type[SatchelError]) -> None:
    assert forbidden(words, has_key=True) is kind


def test_where_there_is_no_key_none_was_refused() -> None:
    assert forbidden("Forbidden", has_key=False) is errors.ProviderRefused
    assert forbidden("Invalid API key", has_key=False) is errors.KeyMissing


def test_every_dialect_reads_its_403_alike() -> None:
    target = endpoint(key_label="mine")
    words = "You may not use this model."
    enveloped = b'{"error": {"type": "permission_error", "message": "%s"}}' % words.encode()
    found = [
        openai_chat.Decoder(target, str).refused(403, {}, enveloped),
        anthropic_messages.Decoder(target, str).refused(403, {}, enveloped),
        bedrock_invoke.Decoder(target, str).refused(
            403, {"x-amzn-errortype": "AccessDeniedException"}, b'{"message": "%s"}' % words.encode()
        ),
    ]
    for error in found:
        assert (error.code, error.details["key_label"], error.details["provider_message"]) == ("key_forbidden", "mine", words)
        assert error.message.startswith(f"your key for Acme may not do this: {words} (ask for access with the key 'mine' there")
