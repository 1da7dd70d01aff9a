"""`/v1/generation?id=` and `/v1/credits`, with every key that OpenRouter's client validates, and nobody else's business in them."""

from satchel.domain.budgets import Budget, Period, period_start

from ..served import Served

RECORD_KEYS = {
    *("id", "upstream_id", "total_cost", "cache_discount", "upstream_inference_cost", "created_at", "model", "app_id", "streamed"),
    *("cancelled", "provider_name", "latency", "moderation_latency", "generation_time", "finish_reason", "native_finish_reason"),
    *("tokens_prompt", "tokens_completion", "native_tokens_prompt", "native_tokens_completion", "native_tokens_completion_images"),
    *("native_tokens_reasoning", "native_tokens_cached", "num_media_prompt", "num_input_audio_prompt", "num_media_completion"),
    *("num_search_results", "num_fetches", "origin", "usage", "is_byok", "external_user", "api_type", "router", "provider_responses"),
    *("http_referer", "user_agent", "web_search_engine", "service_tier", "data_region", "preset_id", "workspace_id"),
}
SITE = "https://site.example"


async def generation_of(house: Served, model: str = "lab:hello") -> str:
    async with house.ask(model) as reply:
        generation_id = reply.headers["x-generation-id"]
    await house.entry(generation_id)
    return generation_id


async def test_a_record_has_every_key_a_strict_client_wants(house: Served) -> None:
    generation_id = await generation_of(house)
    status, body = await house.call("GET", f"/api/v1/generation?id={generation_id}")
    record = body["data"]
    assert (status, set(record)) == (200, RECORD_KEYS)
    assert (record["id"], record["model"], record["provider_name"]) == (generation_id, "lab:hello", "Custom server")
    assert (record["tokens_prompt"], record["tokens_completion"], record["finish_reason"]) == (7, 3, "stop")
    assert (record["cancelled"], record["total_cost"], record["upstream_inference_cost"], record["origin"]) == (False, 0, 0, "")
    assert (record["api_type"], record["num_media_completion"]) == ("completions", None)
    _, failed = await house.call("GET", f"/v1/generation?id={await generation_of(house, 'lab:cut')}")
    assert failed["data"]["finish_reason"] == "error"


async def test_a_record_is_the_account_s_and_of_a_site_the_site_s_only(house: Served) -> None:
    generation_id = await generation_of(house)
    path = f"/v1/generation?id={generation_id}"
    other = await house.house.accounts.create("other@satchel.example", "a long enough password")
    everything = frozenset({"generate", "activity", "models"})
    _, stranger = await house.new_token(everything, other.id)
    _, site = await house.new_token(everything, origin=SITE)
    _, asker = await house.new_token(frozenset({"generate"}))
    _, lister = await house.new_token(frozenset({"models"}))
    for token in (stranger, site, asker):
        status, body = await house.call("GET", path, token=token)
        assert (status, body["error"]["metadata"]["satchel_code"]) == (404, "generation_not_found")
    assert (await house.call("GET", path, token=lister))[0] == 403
    assert (await house.call("GET", "/v1/generation?id=gen_none"))[0] == 404
    assert (await house.call("GET", "/v1/generation"))[0] == 400


async def test_a_token_that_may_only_ask_sees_what_it_asked(house: Served) -> None:
    _, asker = await house.new_token(frozenset({"generate"}))
    house.token, owner = asker, house.token
    async with house.ask() as reply:
        generation_id = reply.headers["x-generation-id"]
    house.token = owner
    await house.entry(generation_id)
    assert (await house.call("GET", f"/v1/generation?id={generation_id}", token=asker))[0] == 200


async def test_credits_are_what_was_spent_and_what_the_budget_leaves(house: Served) -> None:
    assert await house.call("GET", "/api/v1/credits") == (200, {"data": {"total_credits": 0, "total_usage": 0}})
    start = period_start(Period.DAY, house.house.clock.now())
    async with house.house.database.unit_of_work() as stores:
        await stores.budgets.put(Budget(house.account.id, house.account.id, 5_000_000_000, Period.DAY, start, spent_nusd=1_000_000_000))
    assert (await house.call("GET", "/v1/credits"))[1] == {"data": {"total_credits": 4, "total_usage": 0}}
    _, site = await house.new_token(frozenset({"generate", "activity"}), origin=SITE)
    assert (await house.call("GET", "/v1/credits", token=site))[0] == 403
