"""Every error Satchel raises on purpose, as one tree that says who must act.

The tree knows nothing of HTTP: `doors/errors.py` turns each leaf into a status, a frame and the callers' own shapes. `message` is
safe to show and holds no secret, prompt or upstream body beyond the provider's own short words; the original exception stays in
`__cause__`.

    SatchelError
    ├─ RequestInvalid   the caller must change the request
    ├─ Unauthenticated  the caller must sign in
    ├─ Refused          the person must decide
    ├─ Throttled        wait
    ├─ KeyProblem       the person must fix a key
    ├─ UpstreamError    the provider failed
    ├─ Cancelled        the caller hung up; not logged as an error
    └─ InternalError    our bug
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from satchel.domain.usage import Cost, Usage

Details = Mapping[str, object]

Lost = Literal["unsent", "cut", "silent"]
"""How a request was lost before the head of an answer came: no connection was made; the connection broke; nothing came in time."""


class SatchelError(Exception):
    """Base of all errors that callers may see.

    Attributes:
        code: stable public snake_case name.
        retryable: whether the same call may succeed later without anybody acting.
        retry_after_s: seconds to wait, where somebody named them.
        details: typed per class, JSON-ready, no secrets.
        usage, cost: what had been produced before a generation failed; None where nothing was, and on errors of anything else.
    """

    code: ClassVar[str] = "internal_error"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, retry_after_s: float | None = None, details: Details | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_s = retry_after_s
        self.details: Details = dict(details or {})
        self.usage: Usage | None = None
        self.cost: Cost | None = None


# ── the caller must change the request ──────────────────────────
class RequestInvalid(SatchelError):
    """The request itself is wrong; `details.param` names the field where one is to blame."""

    code = "request_invalid"


class MalformedRequest(RequestInvalid):
    """A field is missing, of the wrong type or out of range."""

    code = "malformed_request"


class RequestTooLarge(RequestInvalid):
    """The body or message is over the size limit."""

    code = "request_too_large"


class UnknownModel(RequestInvalid):
    """No endpoint of this account serves the model named."""

    code = "unknown_model"


class UnsupportedFeature(RequestInvalid):
    """The endpoints of this model lack a feature that the request needs."""

    code = "unsupported_feature"


class ContextTooLong(RequestInvalid):
    """Prompt and requested output do not fit the model's context."""

    code = "context_too_long"


class GenerationNotFound(RequestInvalid):
    """No generation of this id belongs to the account, or its buffer is gone."""

    code = "generation_not_found"


class StreamGap(RequestInvalid):
    """The resume buffer no longer holds what the caller missed."""

    code = "stream_gap"


class NotFound(RequestInvalid):
    """No such resource belongs to the account."""

    code = "not_found"


# ── the caller must sign in ──────────────────────────
class Unauthenticated(SatchelError):
    """The caller is not known."""

    code = "unauthenticated"


class TokenMissing(Unauthenticated):
    """No credential was sent."""

    code = "token_missing"


class TokenInvalid(Unauthenticated):
    """The credential is not one of ours."""

    code = "token_invalid"


class ProofInvalid(Unauthenticated):
    """The token is bound to a key, and the proof that its sender holds it is missing or wrong."""

    code = "proof_invalid"


class TokenExpired(Unauthenticated):
    """The token's time is over; refresh or sign in again."""

    code = "token_expired"


class TokenRevoked(Unauthenticated):
    """The token was revoked; sign in again."""

    code = "token_revoked"


# ── the person must decide ──────────────────────────
class Refused(SatchelError):
    """The person's rules do not allow this call."""

    code = "refused"


class ProofNeeded(Refused):
    """The person must prove once more who they are: it is long since they did, and this act is dangerous."""

    code = "proof_needed"


class ConsentRequired(Refused):
    """The origin has no grant yet. `details` is what to ask: origin, embedder, model, at_most_nusd (null = unknown)."""

    code = "consent_required"


class ConsentDenied(Refused):
    """The person said no."""

    code = "consent_denied"


class OriginBlocked(Refused):
    """The person blocked this origin."""

    code = "origin_blocked"


class ModelNotGranted(Refused):
    """The grant does not cover the model. `details`: model, granted."""

    code = "model_not_granted"


class CapabilityNotGranted(Refused):
    """The grant does not cover what is asked for, such as tools. `details.missing` lists it."""

    code = "capability_not_granted"


class ScopeMissing(Refused):
    """The token lacks a scope. `details.scope` names it."""

    code = "scope_missing"


class BudgetExceeded(Refused):
    """The call could cost more than what is left. `details`: owner, cap_nusd, spent_nusd, held_nusd, resets_at, needed_nusd."""

    code = "budget_exceeded"


class PluginRefused(Refused):
    """A plugin stopped the call. `details.plugin` names it."""

    code = "plugin_refused"


# ── wait ──────────────────────────
class Throttled(SatchelError):
    """Too much at once; the same call may pass later."""

    code = "throttled"
    retryable = True


class RateLimited(Throttled):
    """A rate limit of ours was reached; `retry_after_s` says when it opens."""

    code = "rate_limited"


class TooManyGenerations(Throttled):
    """Too many generations of this account run at once."""

    code = "too_many_generations"


class Draining(Throttled):
    """The server is going down; reconnect after `retry_after_s`."""

    code = "draining"


# ── the person must fix a key ──────────────────────────
class KeyProblem(SatchelError):
    """A provider key is missing or does not work. `details`: provider, key_label."""

    code = "key_problem"


class KeyMissing(KeyProblem):
    """The provider wants a key and the account has none."""

    code = "key_missing"


class KeyGone(KeyProblem):
    """A site may use a model by name, and no key or server of the person's has it any more. `details`: origin, model."""

    code = "key_gone"


class KeyRejected(KeyProblem):
    """The provider refused the key."""

    code = "key_rejected"


class KeyForbidden(KeyProblem):
    """The key is good, and its provider does not let it do this: use this model, from here, in this project."""

    code = "key_forbidden"


class KeyExhausted(KeyProblem):
    """The provider says that the key has no credit left."""

    code = "key_exhausted"


class VaultLocked(KeyProblem):
    """The vault cannot open the key right now."""

    code = "vault_locked"


# ── the provider failed ──────────────────────────
class UpstreamError(SatchelError):
    """The provider failed. `details`: provider, endpoint, status, provider_message (short, its own words).

    `lost` tells how far the request got, where no answer began; None where one did, or where sending it anew cannot help.
    """

    code = "upstream_error"
    lost: Lost | None = None


class ProviderUnavailable(UpstreamError):
    """No connection, or a 5xx."""

    code = "provider_unavailable"
    retryable = True


class ProviderTimeout(UpstreamError):
    """The provider said nothing for too long."""

    code = "provider_timeout"
    retryable = True


class ProviderThrottled(UpstreamError):
    """The provider's own rate limit."""

    code = "provider_throttled"
    retryable = True


class ProviderRefused(UpstreamError):
    """The provider rejected the request for a reason of its own."""

    code = "provider_refused"


class ContentFiltered(UpstreamError):
    """The provider's content filter stopped the call."""

    code = "content_filtered"


class ProviderGarbled(UpstreamError):
    """The provider's answer cannot be understood."""

    code = "provider_garbled"


class StreamBroken(UpstreamError):
    """The stream ended without the dialect's end, after events were passed on or before."""

    code = "stream_broken"
    retryable = True


class AllRoutesFailed(UpstreamError):
    """Every endpoint failed. `details.attempts` lists provider, endpoint and code of each."""

    code = "all_routes_failed"
    retryable = True

    def __init__(self, attempts: Sequence[SatchelError]) -> None:
        last = attempts[-1]
        trail = [{**error.details, "code": error.code, "message": error.message} for error in attempts]
        super().__init__(last.message, retry_after_s=last.retry_after_s, details={**last.details, "attempts": trail})
        self.attempts = tuple(attempts)


# ── ends that are nobody's fault, and ours ──────────────────────────
class Cancelled(SatchelError):
    """The caller hung up. Not an error in any log."""

    code = "cancelled"


class InternalError(SatchelError):
    """Our bug. The message is generic; `details.request_id` is the handle."""

    code = "internal_error"


class NotReady(InternalError):
    """A part of the server that this call needs does not answer (database, vault). Never shown as 401."""

    code = "not_ready"
    retryable = True


def without_frames(error: SatchelError) -> SatchelError:
    """Take the stack frames off an error that will be kept, and off all that led to it: their variables hold prompts and keys."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        each.__traceback__ = None
        waiting += [each.__cause__, each.__context__, *(each.attempts if isinstance(each, AllRoutesFailed) else ())]
    return error
