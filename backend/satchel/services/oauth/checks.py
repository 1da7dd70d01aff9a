"""What every request to our server is checked for before Authlib reads it, and the answers that refuse."""

from dataclasses import replace

from satchel.services.oauth.records import Answer, Parameters

_RESOURCE_PATHS = ("", "/v1", "/api/v1", "/api")

_IN_PLAIN_WORDS = {
    "invalid_client": "The app is not known to this Satchel",
    "invalid_grant": "The code or token is not good here, or was used; begin again",
    "unauthorized_client": "The app may not ask in this way",
    "unsupported_response_type": "The app asks for an answer that this server does not give; it gives codes: response_type=code",
    "unsupported_grant_type": "This server exchanges codes, device codes and refresh tokens; it takes no passwords",
    "authorization_pending": "Nobody has decided yet; ask again after the interval",
    "slow_down": "That was too soon; wait 5 seconds longer between questions",
    "expired_token": "The code is too old; begin again",
}

_ALWAYS_IN_OURS = frozenset({"invalid_client", "unsupported_response_type"})
"""The errors that Authlib describes by its own code, or by no more than the word that was sent."""


def explained(answer: Answer) -> Answer:
    """Return the answer with plain words for its error code, where Authlib has none, or only its own."""
    error, said = str(answer.body.get("error")), str(answer.body.get("error_description") or "")
    words = plain_words(error, said)
    return answer if words == said else replace(answer, body={**answer.body, "error_description": words})


def plain_words(error: str, said: str) -> str:
    """Return what to say of an error code: what is said already, or our words where that is nothing, or helps nobody."""
    return said if said and error not in _ALWAYS_IN_OURS else _IN_PLAIN_WORDS.get(error, said)


def refused(description: str, error: str = "invalid_request") -> Answer:
    """Return the answer of a machine's endpoint that refuses (RFC 6749 §5.2)."""
    return Answer(status=400, body={"error": error, "error_description": description})


def foreign_resource(issuer: str, pairs: Parameters) -> tuple[str, str] | None:
    """Return the refusal of a resource that is not ours (RFC 8707 §2); several may be named, and all tokens open the same one."""
    ours = {issuer + path for path in _RESOURCE_PATHS}
    if all(value.rstrip("/") in ours for name, value in pairs if name == "resource"):
        return None
    return "invalid_target", "'resource' is not this server"


def fault_of(pairs: Parameters) -> str | None:
    """Return what is wrong with the parameters as such: one sent twice, or characters that RFC 6749 appendix A does not have.

    Authlib checks some names for repetition, and raises `ValueError` while it describes an error about any other character.
    """
    names = [name for name, _ in pairs if name != "resource"]
    if len(names) != len(set(names)):
        return "A parameter was sent more than once"
    for name, value in pairs:
        strict = name != "state"
        if any(not " " <= character <= "~" or (strict and character in '"\\') for character in name + value):
            return "A parameter has characters that are not allowed"
    return None


def unfit(issuer: str, form: Parameters) -> Answer | None:
    """Return the answer to a form that cannot be used whatever it asks for; None if it can."""
    if (fault := fault_of(form)) is not None:
        return refused(fault)
    if (foreign := foreign_resource(issuer, form)) is not None:
        return refused(foreign[1], foreign[0])
    return None
