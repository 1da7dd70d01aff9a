import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { BackendWithDirect } from "../../src/direct/backend-with-direct";
import { DirectActivity } from "../../src/direct/direct-activity";
import { DirectRoutes } from "../../src/direct/direct-routes";
import { OldHistory } from "../../src/direct/old-history";
import type { ActivityDays } from "../../src/wire/activity-days";
import { ActivityFilter } from "../../src/wire/activity-filter";
import type { Generation } from "../../src/wire/generation";
import type { Session } from "../../src/worker/session";
import { Settings } from "../../src/worker/settings";
import { memoryKeyValue } from "../worker/memory-key-value";

const said = { asked: "Why?", answered: "Because." };
const NEAR = "ollama:llama3:8b";

function generation(id: string, minute: number, direct = false): Generation {
  const usage = { input_tokens: 1, output_tokens: 1, reasoning_tokens: 0, cached_tokens: 0, estimated: false };
  const facts = { origin: "https://a.example", app: null, model: "m", requested_model: "m", provider: "p" };
  const times = {
    started_at: new Date(Date.UTC(2026, 10, 29, 6, minute)).toISOString(),
    first_event_ms: 1,
    duration_ms: 2,
  };
  const end = { status: "finished" as const, reason: "stop", error_code: null, cost: { nusd: 0, known: true } };
  return { id, ...facts, ...end, usage, ...times, ...(direct ? { direct: true as const } : {}) };
}

function model(id: string, preferred = false) {
  const at = { provider: "p", provider_name: "P", key_label: null, local: true, available: true, reason: null };
  const satchel = { ...at, capabilities: ["chat"], price: null, preferred };
  return { id, name: id, description: null, context_length: null, satchel };
}

/** The backend's doors over answers by path; what it was asked is kept. */
function backend(pages: Record<string, unknown>) {
  const asked: string[] = [];
  const away = { now: false };
  const local = memoryKeyValue();
  const settings = new Settings(local);
  const activity = new DirectActivity(
    local,
    () => settings.activityDays(),
    () => Date.UTC(2026, 10, 29, 7),
  );
  const old = new OldHistory(() => settings.keepOldDays());
  const route = { model: { ...model(NEAR), name: "Llama at home" }, stream: async function* () {} };
  const routes = new DirectRoutes({
    sources: [{ prefixes: ["ollama"], isOn: async () => true, routes: async () => [route] }],
    preferred: () => settings.directModel(),
    isListed: async () => false,
  });
  const session = { headers: async () => ({}) } as unknown as Session;
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const path = String(url).replace("http://127.0.0.1:8787", "");
    if (away.now) throw new TypeError("nobody there");
    asked.push(`${init?.method} ${path}`);
    return path in pages ? Response.json(pages[path]) : new Response(null, { status: 204 });
  };
  const prefer = (id: string | null) => settings.setDirectModel(id);
  const keepFor = async (days: ActivityDays) => {
    await settings.setActivityDays(days);
    await activity.expire();
  };
  return {
    doors: new BackendWithDirect({ routes, records: [activity, old], prefer, keepFor }, settings, session, fetch),
    activity,
    old,
    local,
    asked,
    away,
  };
}

describe("the backend with what is direct laid over it", () => {
  it("lists direct models first, and one that both know only once", async () => {
    const { doors } = backend({ "/v1/models?output_modalities=all": { data: [model("a/b", true), model(NEAR)] } });
    expect((await doors.models()).map(({ id }) => id)).toEqual([NEAR, "a/b"]);
  });

  it("keeps the choice of a direct model here, and gives it up for another", async () => {
    const account = { preferred_model: "a/b" };
    const { doors, asked } = backend({
      "/v1/account": account,
      "/v1/models?output_modalities=all": { data: [model("a/b", true)] },
    });
    expect((await doors.setModel(NEAR)).preferred_model).toBe(NEAR);
    expect(asked).toEqual(["GET /v1/account"]);
    expect((await doors.models()).map(({ satchel }) => satchel.preferred)).toEqual([true, false]);
    await doors.setModel("a/b");
    expect((await doors.account()).preferred_model).toBe("a/b");
  });

  it("F4: puts the original's history behind the backend's, in pages that end, and forgets it with the rest", async () => {
    const { doors, old, asked } = backend({
      "/v1/generations?limit=2": { data: [generation("b5", 5), generation("b3", 3)], next_cursor: null },
      "/v1/generations?limit=20": { data: [generation("b5", 5), generation("b3", 3)], next_cursor: null },
    });
    const many = Array.from({ length: 700 }, (_, at) => ({ ...generation(`windowai_${at}`, -1 - at), said }));
    await old.add(many);
    const first = await doors.generationPage(2, ActivityFilter.NONE, null);
    expect(first.data.map(({ id }) => id).slice(0, 3)).toEqual(["b5", "b3", "windowai_0"]);
    const second = await doors.generationPage(2, ActivityFilter.NONE, first.next_cursor);
    expect(second.next_cursor).toBeNull();
    expect(new Set([...first.data, ...second.data].map(({ id }) => id)).size).toBe(702);
    expect(first.data.length + second.data.length).toBe(702);
    expect((await doors.generations(20, null)).map(({ id }) => id)).toEqual(["b5", "b3"]);
    await doors.forgetGeneration("windowai_7");
    expect(asked.filter((call) => call.startsWith("DELETE"))).toEqual([]);
    expect(await old.list(null)).toHaveLength(699);
    await doors.forgetGenerations(null);
    expect(await old.list(null)).toEqual([]);
  });

  it("puts direct activity among the backend's by time, over all pages, each once", async () => {
    const { doors, activity } = backend({
      "/v1/generations?limit=2": { data: [generation("b5", 5), generation("b3", 3)], next_cursor: "c" },
      "/v1/generations?limit=2&cursor=c": { data: [generation("b1", 1)], next_cursor: null },
    });
    for (const minute of [0, 2, 3, 4, 6]) await activity.add(generation(`d${minute}`, minute, true));
    const first = await doors.generationPage(2, ActivityFilter.NONE, null);
    expect(first.data.map(({ id }) => id)).toEqual(["d6", "b5", "d4", "b3", "d3"]);
    const second = await doors.generationPage(2, ActivityFilter.NONE, first.next_cursor);
    expect(second.data.map(({ id }) => id)).toEqual(["d2", "b1", "d0"]);
    expect(second.next_cursor).toBeNull();
  });

  it("searches what this browser keeps as the backend searches its own, by a direct model's name too", async () => {
    const found = { data: [generation("b3", 3)], next_cursor: null };
    const { doors, activity, asked } = backend({ "/v1/generations?limit=2&q=at+home": found });
    for (const minute of [2, 4]) await activity.add({ ...generation(`d${minute}`, minute, true), model: NEAR });
    await activity.add(generation("d5", 5, true));
    const page = await doors.generationPage(2, { ...ActivityFilter.NONE, search: "at home" }, null);
    expect(page.data.map(({ id }) => id)).toEqual(["d4", "b3", "d2"]);
    expect(asked).toEqual(["GET /v1/generations?limit=2&q=at+home"]);
  });

  it("keeps what was asked directly for as long as the account says, and no byte of it longer", async () => {
    const account = { preferred_model: "a/b", activity_days: 7 };
    const pages: Record<string, unknown> = { "/v1/account": account };
    const { doors, activity, old, local } = backend(pages);
    for (const day of [-9, -1]) await activity.add(generation(`d${day}`, day * 24 * 60, true));
    await old.add([{ ...generation("windowai_kept", -99 * 24 * 60), said }]);
    expect(await activity.list(null)).toHaveLength(2);
    await doors.account();
    expect([(await activity.list(null)).map(({ id }) => id), await old.list(null)]).toMatchObject([["d-1"], [{}]]);
    expect(JSON.stringify(await local.get("directActivity"))).not.toContain("d-9");
    await activity.add(generation("late", -8 * 24 * 60, true));
    expect(JSON.stringify(await local.get("directActivity"))).not.toContain("late");
    pages["/v1/account"] = { ...account, activity_days: 0 };
    expect((await doors.keepActivity(0)).activity_days).toBe(0);
    await activity.add(generation("now", 59, true));
    expect(await local.get("directActivity")).toEqual([]);
    await old.forgetAll(null);
  });

  it("shows and forgets what this browser keeps while the backend is away, and says that it is not all", async () => {
    const { doors, activity, asked, away } = backend({ "/v1/generations?limit=2": { data: [], next_cursor: null } });
    away.now = true;
    const unreachable = { data: { satchelCode: "backend_unreachable" } };
    await expect(doors.generationPage(2, ActivityFilter.NONE, null)).rejects.toMatchObject(unreachable);
    await expect(doors.forgetGenerations(null)).rejects.toMatchObject(unreachable);
    for (const minute of [1, 2]) await activity.add(generation(`d${minute}`, minute, true));
    const page = await doors.generationPage(2, ActivityFilter.NONE, null);
    expect([page.data.map(({ id }) => id), page.next_cursor]).toEqual([["d2", "d1"], null]);
    expect(page.failure).toMatchObject({ code: "shown_here" });
    await expect(doors.generationPage(2, ActivityFilter.NONE, "c")).rejects.toMatchObject(unreachable);
    await expect(doors.forgetGenerations(null)).rejects.toMatchObject({ code: "forgotten_here" });
    expect([await activity.list(null), asked]).toEqual([[], []]);
    away.now = false;
    expect((await doors.generationPage(2, ActivityFilter.NONE, null)).failure).toBeUndefined();
  });

  it("forgets direct ones here and others there, and all of a site in both", async () => {
    const { doors, activity, asked } = backend({});
    await activity.add(generation("d1", 1, true));
    await activity.add({ ...generation("d2", 2, true), origin: "https://b.example" });
    await doors.forgetGeneration("d1");
    await doors.forgetGeneration("gen_1");
    expect(asked).toEqual(["DELETE /v1/generations/gen_1"]);
    await doors.forgetGenerations("https://b.example");
    expect([asked.length, await activity.list(null)]).toEqual([2, []]);
  });
});

describe("the address of one more server", () => {
  it.each([
    ["127.0.0.1:5001", "http://127.0.0.1:5001/v1"],
    ["http://localhost:5001/api/v1/", "http://localhost:5001/api/v1"],
  ])("%s is kept as %s", async (said, kept) => {
    const settings = new Settings(memoryKeyValue());
    expect(await settings.setDirectServer(said)).toBe(kept);
    expect(await settings.directServer()).toBe(kept);
    await settings.setDirectServer(" ");
    expect(await settings.directServer()).toBeNull();
  });

  it.each([
    "https://models.example",
    "http://192.168.1.5:11434",
    "http://[::1]:80",
    "ftp://127.0.0.1",
    "not an address",
  ])("%s is refused", async (said) => {
    await expect(new Settings(memoryKeyValue()).setDirectServer(said)).rejects.toThrow(/this computer|not an address/);
  });

  it("models are asked directly where the Satchel is elsewhere, always, or never", async () => {
    const local = memoryKeyValue();
    const settings = new Settings(local);
    expect(await settings.direct()).toBe(false);
    await settings.setBackend("https://satchel.example");
    expect(await settings.direct()).toBe(true);
    await local.set("direct", "never");
    expect(await settings.direct()).toBe(false);
    await settings.setBackend("http://127.0.0.1:8787");
    await local.set("direct", "always");
    expect(await settings.direct()).toBe(true);
  });
});
