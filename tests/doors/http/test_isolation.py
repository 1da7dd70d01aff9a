"""Every route with the ids of another account: it answers as it does for an id that nobody has. A new route with an id needs a row here."""

import json
from collections.abc import Mapping, Sequence

import aiohttp

from satchel.domain.pairings import PairingState, typed_code
from satchel.domain.tokens import secret_hash

from ..routes import PORTAL, routes_of
from ..served import ASK
from .two_accounts import NEEDS_THE_PORTAL, Two, leveled, unknown

BODIES: Mapping[tuple[str, str], object] = {
    ("put", "/v1/keys/{key_id}"): {"secret": "sk-another-0123456789"},
    ("patch", "/v1/passkeys/{passkey_id}"): {"name": "mine now"},
    ("patch", "/v1/grants/{grant_id}"): {"caveats": {"local_only": True}},
    ("patch", "/v1/tokens/{hashed}"): {"name": "mine now"},
}
ROWS: Mapping[tuple[str, str], str] = {
    ("delete", "/v1/grants/{grant_id}"): "grant",
    ("patch", "/v1/grants/{grant_id}"): "grant",
    ("get", "/v1/generations/{generation_id}"): "generation",
    ("post", "/v1/generations/{generation_id}/cancel"): "generation",
    ("delete", "/v1/generations/{generation_id}"): "generation",
    ("get", "/v1/generation?id={id}"): "generation",
    ("get", "/v1/activity?api_key_hash={api_key_hash}"): "token_hash",
    ("put", "/v1/keys/{key_id}"): "key",
    ("post", "/v1/keys/{key_id}/check"): "key",
    ("delete", "/v1/keys/{key_id}"): "key",
    ("delete", "/v1/vault/wraps/{wrap_id}"): "wrap",
    ("delete", "/v1/invitations/{invitation_id}"): "invitation",
    ("patch", "/v1/passkeys/{passkey_id}"): "passkey",
    ("delete", "/v1/passkeys/{passkey_id}"): "passkey",
    ("delete", "/v1/sign-ins/{sign_in_id}"): "sign_in",
    ("delete", "/v1/devices/{device_id}"): "device",
    ("get", "/v1/tokens/{hashed}"): "token_hash",
    ("patch", "/v1/tokens/{hashed}"): "token_hash",
    ("delete", "/v1/tokens/{hashed}"): "token_hash",
    ("get", "/v1/models/{model}"): "model",
    ("get", "/v1/models/{model}/endpoints"): "model",
    ("get", "/v1/model/{model}"): "model",
}
NAMED_IN_BODIES: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "/v1/chat/completions": ("model", {"messages": ASK}),
    "/v1/completions": ("model", {"prompt": "Hi"}),
    "/v1/messages": ("model", {"messages": ASK, "max_tokens": 5}),
    "/v1/responses": ("model", {"input": "Hi"}),
    "/v1/embeddings": ("model", {"input": "Hi"}),
    "/v1/images": ("model", {"prompt": "Hi"}),
    "/v1/images/generations": ("model", {"prompt": "Hi"}),
    "/v1/audio/speech": ("model", {"input": "Hi", "voice": "any"}),
    "/v1/vault/unlock": ("unlock_id", {"sealed": "A" * 107}),
}
NAMED_IN_FORMS: Sequence[tuple[str, str, str, str, Mapping[str, str]]] = (
    ("/sign-in/ways", "tie", "tie", "untie", {}),
    ("/device", "code", "pairing", "device", {}),
    ("/device", "code", "pairing", "device/{named}", {"decision": "allow"}),
    ("/device", "code", "pairing", "device/{named}", {"decision": "deny"}),
)
"""Path, field, what of the first account it names, the form's purpose, and what else is sent."""
FORMS_OF_NOBODYS_OWN = {
    *("/auth", "/oauth/authorize"),
    *("/oauth/device_authorization", "/oauth/par", "/oauth/revoke", "/oauth/token", "/oauth/introspect"),
    *("/setup", "/setup/passkey", "/setup/passkey/begin"),
    *("/sign-in", "/sign-in/code", "/sign-in/mail", "/sign-in/mail/open", "/sign-in/passkey", "/sign-in/passkey/begin", "/sign-out"),
}
"""Forms that name nothing of an account: an app's request, a secret that whoever sends it has, or who somebody says that they are."""
NOBODYS_OWN = {
    ("GET", "/static/{path}"),
    ("GET", "/setup/{link}"),
    ("GET", "/sign-in/with/{authority}"),
    ("GET", "/sign-in/back/{authority}"),
}
"""What a name in a path may be without belonging to an account: a file, an invitation to whoever has it, an authority."""
TAKES_A_FORM = "/v1/audio/transcriptions"


async def test_every_route_with_an_id_has_a_row(two: Two) -> None:
    described = two.house.doors.management.openapi()["paths"]
    with_id = {(method, path) for path, methods in described.items() for method in methods if "{" in path}
    with_id |= {
        (method, f"{path}?{each['name']}={{{each['name']}}}")
        for path, methods in described.items()
        for method, said in methods.items()
        for each in said.get("parameters", ())
        if each["in"] == "query" and each["name"] in ("id", "api_key_hash")
    }
    assert with_id == set(ROWS)
    generating = {path for path, methods in described.items() if "post" in methods and path in two.house.doors.asgi._hot}
    assert generating - set(NAMED_IN_BODIES) == {"/v1/messages/count_tokens", TAKES_A_FORM}  # the former counts words, and asks nobody


async def test_every_other_route_that_takes_a_name_in_its_path_is_known_to_name_nobodys_own(two: Two) -> None:
    rows = {(method.upper(), path) for method, path in ROWS}
    rows |= {(method, PORTAL + path.removeprefix("/v1")) for method, path in rows}
    with_a_name = {(method, path.replace(":path", "")) for method, path in routes_of(two.house.doors) if "{" in path}
    assert with_a_name - rows == NOBODYS_OWN


async def test_the_portals_twin_of_a_route_is_as_blind(two: Two) -> None:
    for (method, path), kind in ROWS.items():
        if path.startswith(NEEDS_THE_PORTAL) or "?" in path:
            continue
        answers = []
        for named in (two.owned[kind], unknown(two.owned[kind])):
            address = path[: path.index("{")] + named + path[path.index("}") + 1 :]
            answers.append(leveled(await two.visit(method, address, BODIES.get((method, path))), named))
        assert answers[0] == answers[1], (method, path)
        assert answers[0][0] == 404, (method, path, answers)


async def test_an_id_of_another_account_is_an_unknown_id(two: Two) -> None:
    for (method, path), kind in ROWS.items():
        answers = []
        for named in (two.owned[kind], unknown(two.owned[kind])):
            address = path[: path.index("{")] + named + path[path.index("}") + 1 :]
            answers.append(leveled(await two.ask(method, address, BODIES.get((method, path))), named))
        assert answers[0] == answers[1], (method, path)
        assert answers[0][0] == 404, (method, path, answers)


async def test_what_another_account_names_in_a_body_is_unknown(two: Two) -> None:
    for path, (field, more) in NAMED_IN_BODIES.items():
        answers = []
        for named in (two.owned[field], unknown(two.owned[field])):
            answers.append(leveled(await two.ask("post", path, {field: named, **more}), named))
        assert answers[0] == answers[1], path
        assert answers[0][0] in (400, 404), (path, answers)
    answers = []
    for named in (two.owned["model"], unknown(two.owned["model"])):
        form = aiohttp.FormData({"model": named})
        form.add_field("file", b"RIFF0000WAVE", filename="a.wav")
        headers = {"authorization": f"Bearer {two.token}"}
        async with two.house.http.post(two.house.url + TAKES_A_FORM, data=form, headers=headers) as reply:
            answers.append(leveled((reply.status, await reply.json()), named))
    assert answers[0] == answers[1]
    assert answers[0][0] in (400, 404), answers
    _, first = await two.house.new_token()
    described = []
    for text in (two.token, "sat_nobody"):
        headers = {"authorization": f"Bearer {first}"}
        async with two.house.http.post(f"{two.house.url}/oauth/introspect", data={"token": text}, headers=headers) as reply:
            described.append((reply.status, await reply.json()))
    assert described == [(200, {"active": False})] * 2


async def test_every_form_of_the_pages_has_a_row_or_is_known_to_name_nobodys_own(two: Two) -> None:
    forms = {path for method, path in routes_of(two.house.doors) if method == "POST" and not path.startswith(("/v1/", "/api/", PORTAL))}
    assert forms - {path for path, *_ in NAMED_IN_FORMS} == FORMS_OF_NOBODYS_OWN


async def test_what_a_form_names_of_another_account_is_unknown(two: Two) -> None:
    for path, field, kind, purpose, more in NAMED_IN_FORMS:
        answers = []
        for named in (two.owned[kind], unknown(two.owned[kind])):
            answers.append(leveled(await two.send(path, {field: named, **more}, purpose.format(named=typed_code(named))), named))
        assert answers[0] == answers[1], (path, more)
        assert answers[0][0] == 404, (path, more, answers)


async def test_nothing_was_touched_and_no_list_shows_anything_of_another_account(two: Two) -> None:
    for (method, path), kind in ROWS.items():
        address = path[: path.index("{")] + two.owned[kind] + path[path.index("}") + 1 :]
        await two.ask(method, address, BODIES.get((method, path)))
    for path, field, kind, purpose, more in NAMED_IN_FORMS:
        await two.send(path, {field: two.owned[kind], **more}, purpose.format(named=typed_code(two.owned[kind])))
    described = two.house.doors.management.openapi()["paths"]
    secrets_of_the_first = [
        *two.owned.values(),
        two.house.account.id,
        two.house.account.email,
        "a.example",
        "Phone of the first",
        "Guest of the first",
    ]
    for path in (path for path, methods in described.items() if "get" in methods and "{" not in path):
        status, body = await two.ask("get", path)
        assert status < 500, path
        assert [word for word in secrets_of_the_first if word in json.dumps(body)] == [], path
    async with two.house.house.database.unit_of_work() as stores:
        mine = two.house.account.id
        assert [grant.id for grant in await stores.grants.list(mine)] == [two.owned["grant"]]
        assert two.owned["key"] in [key.id for key in await stores.keys.list(mine)]
        assert [passkey.name for passkey in await stores.passkeys.list(mine)] == ["Phone of the first"]
        assert [each.id for each in await stores.invitations.list()] == [two.owned["invitation"]]
        assert two.owned["sign_in"] in [sign_in.id for sign_in in await stores.sign_ins.list(mine)]
        assert [tie.id for tie in await stores.ties.list(mine)] == [two.owned["tie"]]
    pairing = await two.house.house.pairings._store.run(lambda records: records.pairings.by_user_code(secret_hash(two.owned["pairing"])))
    assert pairing is not None
    assert (pairing.account_id, pairing.state) == (mine, PairingState.ALLOWED)
    _, vault = await two.house.call("GET", "/v1/vault")
    assert (len(vault["wraps"]), vault["unlocked"]) == (3, True)
    assert [token.name for token, _ in await two.house.house.tokens.list(mine)] == ["test"]
