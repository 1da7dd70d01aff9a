import { describe, expect, it } from "vitest";
import { DirectOnce } from "../../src/direct/direct-once";
import type { DirectParts } from "../../src/direct/direct-runs";
import type { Grant } from "../../src/wire/grant";
import type { Model } from "../../src/wire/model";
import { Permissions } from "../../src/worker/permissions";
import { SiteGrants } from "../../src/worker/site-grants";
import { memoryKeyValue } from "./memory-key-value";
import { noDirect } from "./no-direct";
import { Stage } from "./stage";
import { turn } from "./turn";

const caller = { origin: "https://a.example", embedder: null, tabId: 1, frameId: 0 };
const NO_CAVEATS = {
  models: null,
  budget: null,
  rate_per_minute: null,
  expires_at: null,
  local_only: false,
};
const sink = () => undefined;

function grant(state: Grant["state"], caveats: Partial<Grant["caveats"]> = {}): Grant {
  const facts = { id: "grant_1", origin: caller.origin, embedder: null, created_at: "2026-11-23T12:00:00Z" };
  return { ...facts, state, last_used_at: null, caveats: { ...NO_CAVEATS, ...caveats } };
}

function model(id: string, local: boolean): Model {
  const satchel = { provider: "p", provider_name: "P", key_label: null, local, available: true, reason: null };
  const more = { capabilities: ["chat"], price: null, preferred: local };
  return { id, name: id, description: null, context_length: 8, satchel: { ...satchel, ...more } };
}

/** A worker whose backend keeps these grants and lists two models. */
function stage(...grants: Grant[]) {
  return stageWith(noDirect, ...grants);
}

function stageWith(direct: DirectParts, ...grants: Grant[]) {
  const worker = new Stage();
  const deleted: string[] = [];
  const changed: string[] = [];
  const put: object[] = [];
  const backend = {
    grants: async () => grants,
    account: async () => ({ preferred_model: null }) as never,
    deleteGrant: async (id: string) => void deleted.push(id),
    narrowGrant: async (_: string, wish: object) => {
      put.push(wish);
      const before = grants[0]?.caveats;
      grants.splice(0, 1, grant("allowed", { ...before, ...wish, models: before?.models ?? null, rate_per_minute: 3 }));
      return grants[0] as Grant;
    },
    models: async () => [model("a/far", false), model("a/near", true)],
  };
  const site = new SiteGrants(backend);
  const permissions = new Permissions({
    backend,
    consent: worker.consent,
    direct,
    grants: site,
    changed: (origin) => void changed.push(origin),
  });
  const ask = (params: unknown, from = sink) =>
    permissions.request(
      { id: "1", params, caller, active: false, visible: true, after: null, wanted: () => true },
      from,
    );
  return { worker, permissions, ask, grants, deleted, changed, put };
}

async function questionOf(worker: Stage): Promise<string> {
  await turn();
  return (await worker.session.list<{ id: string }>("ask:"))[0]?.[1].id ?? "";
}

describe("a site that asks for permission", () => {
  it("D3: asks the person in the same window, and stores no more than it asked for itself", async () => {
    const { worker, ask, grants, changed } = stage();
    const params = {
      permissions: { "model:prompt": { localOnly: true, budget: { usd: 1, period: "day" } } },
      reason: "to sum up",
    };
    const asking = ask(params);
    const id = await questionOf(worker);
    expect((await worker.consent.question(id))?.question).toMatchObject({ reason: "to sum up", origin: caller.origin });
    grants.push(grant("allowed", { local_only: true }));
    const caveats = { models: ["a/near"], budget: null, rate_per_minute: null, expires_at: null, local_only: false };
    await worker.consent.decide(id, { kind: "always", model: "a/near", caveats });
    expect(worker.grants).toEqual([
      {
        origin: caller.origin,
        state: "allowed",
        caveats: {
          models: ["a/near"],
          budget: { cap_nusd: 1_000_000_000, period: "day" },
          rate_per_minute: null,
          expires_at: null,
          local_only: true,
          capabilities: ["model:prompt"],
          max_tokens: null,
        },
      },
    ]);
    const { permissions } = await asking;
    expect(permissions[0]).toEqual({
      invoker: caller.origin,
      parentCapability: "model:prompt",
      caveats: [{ type: "localOnly", value: true }],
      date: "2026-11-23T12:00:00Z",
    });
    expect(changed).toEqual([caller.origin]);
    expect(worker.sent).toEqual([]);
  });

  it("D3: is let through once when the person says once", async () => {
    const { worker, ask } = stage();
    const asking = ask({});
    await worker.consent.decide(await questionOf(worker), { kind: "once", model: "a/near", requests: 1 });
    expect((await asking).permissions[0]?.caveats).toEqual([{ type: "once", value: true }]);
    expect(worker.grants).toMatchObject([{ state: "once", caveats: { models: ["a/near"] } }]);
  });

  it("D3: is let through once to a model that is asked directly, and the backend is told nothing", async () => {
    const once = new DirectOnce(memoryKeyValue());
    const { worker, ask, permissions } = stageWith({
      ...noDirect,
      once,
      routes: { ...noDirect.routes, has: async () => true },
    });
    const asking = ask({});
    await worker.consent.decide(await questionOf(worker), { kind: "once", model: "ollama:near", requests: 1 });
    expect((await asking).permissions[0]?.caveats).toEqual([{ type: "once", value: true }]);
    expect([worker.grants, await once.of(caller)]).toEqual([[], "ollama:near"]);
    await permissions.revoke(caller);
    expect(await once.of(caller)).toBeNull();
  });

  it("D3: is held to its own wish by a once, too, and is given no model that it wants not", async () => {
    const { worker, ask } = stage();
    const budget = { usd: 0.01, period: "day" };
    const asking = ask({ permissions: { "model:prompt": { localOnly: true, budget, models: ["a/near"] } } });
    const id = await questionOf(worker);
    for (const kind of ["once", "always"] as const)
      await expect(
        worker.consent.decide(id, { kind, model: "a/far", requests: 1, caveats: NO_CAVEATS }),
      ).rejects.toMatchObject({ code: "model_not_wished" });
    await worker.consent.decide(id, { kind: "once", model: "a/near", requests: 1 });
    expect((await asking).permissions[0]?.caveats).toEqual([
      { type: "models", value: ["a/near"] },
      { type: "budget", value: budget },
      { type: "localOnly", value: true },
      { type: "once", value: true },
    ]);
    const kept = { cap_nusd: 10_000_000, period: "day" };
    const more = { capabilities: ["model:prompt"], max_tokens: null, local_only: true };
    const caveats = { models: ["a/near"], budget: kept, rate_per_minute: null, expires_at: null, ...more };
    expect(worker.grants).toEqual([{ origin: caller.origin, state: "once", caveats }]);
  });

  it("D3: narrows its standing consent when it asks for less, and nobody is asked", async () => {
    const open = stage(grant("allowed", { rate_per_minute: 3 }));
    const wish = { localOnly: true, ratePerMinute: 10, budget: { usd: 1, period: "day" } };
    const { permissions } = await open.ask({ permissions: { "model:prompt": wish } });
    const { caveats } = permissions[0] ?? { caveats: [] };
    expect(Object.fromEntries(caveats.map(({ type, value }) => [type, value]))).toEqual({ ...wish, ratePerMinute: 3 });
    expect([open.put.length, open.changed, open.worker.opened]).toEqual([1, [caller.origin], []]);
    expect(open.put[0]).toMatchObject({ local_only: true, rate_per_minute: 10, capabilities: null });
    await open.ask({});
    expect(open.put).toHaveLength(1);
    await open.ask({ permissions: { "model:prompt": { noTools: true } } });
    expect((open.put[1] as { capabilities: string[] }).capabilities).not.toContain("model:tools");
  });

  it("D3: asks the person where its own wish leaves nothing of what it was allowed", async () => {
    const far = stage(grant("allowed", { models: ["a/far"] }));
    void far.ask({ permissions: { "model:prompt": { localOnly: true } } }).catch(() => undefined);
    await questionOf(far.worker);
    expect([far.worker.opened.length, far.put]).toEqual([1, []]);
  });

  it("D3: is told no by 4001, and is not asked about when it is blocked or has enough already", async () => {
    const denied = stage();
    const asking = denied.ask({});
    await denied.worker.consent.decide(await questionOf(denied.worker), { kind: "deny" });
    await expect(asking).rejects.toMatchObject({ code: 4001 });
    const blocked = stage(grant("blocked"));
    await expect(blocked.ask({})).rejects.toMatchObject({ code: 4100, data: { satchelCode: "origin_blocked" } });
    const enough = stage(grant("allowed", { models: ["a/near"] }));
    const params = (models: string[]) => ({ permissions: { "model:prompt": { models } } });
    expect((await enough.ask(params(["a/near"]))).permissions).toHaveLength(8);
    expect(enough.worker.opened).toEqual([]);
    void enough.ask(params(["a/far"])).catch(() => undefined);
    await questionOf(enough.worker);
    expect(enough.worker.opened).toHaveLength(1);
  });

  it("A16: does not go on asking when it goes away, or changes its mind", async () => {
    for (const leave of ["abandon", "cancel"] as const) {
      const { worker, permissions, ask } = stage();
      const asking = ask({});
      await questionOf(worker);
      if (leave === "abandon") permissions.abandon(sink);
      else permissions.cancel(caller, "1");
      await expect(asking).rejects.toMatchObject({ data: { satchelCode: "cancelled" } });
      await turn();
      expect(await worker.session.list("ask:")).toEqual([]);
      expect(worker.closed).toEqual([1]);
    }
  });

  it("refuses what it does not understand without asking anybody", async () => {
    const { worker, ask } = stage();
    await expect(ask({ permissions: { "model:prompt": { budget: "all" } } })).rejects.toMatchObject({ code: -32602 });
    expect(worker.opened).toEqual([]);
  });

  it("A16: ends with 4900 when the person signs out, and is not asked any more", async () => {
    const { worker, permissions, ask } = stage();
    const asking = ask({});
    const id = await questionOf(worker);
    permissions.leave();
    await expect(asking).rejects.toMatchObject({ code: 4900, data: { satchelCode: "signed_out" } });
    await turn();
    expect([await worker.consent.question(id), worker.closed]).toEqual([null, [1]]);
  });
});

describe("a site and its own grant", () => {
  it("D3: gives it back, but never what the person blocked", async () => {
    const allowed = stage(grant("allowed"));
    await allowed.permissions.revoke(caller);
    expect(allowed.deleted).toEqual(["grant_1"]);
    const blocked = stage(grant("blocked"));
    expect(await blocked.permissions.revoke(caller)).toMatchObject({ state: "denied" });
    expect(blocked.deleted).toEqual([]);
  });

  it("D3: is refused inside other pages, too, where the person blocked it altogether", async () => {
    const inside = { ...caller, embedder: "https://top.example" };
    const everywhere = grant("blocked");
    const there = { ...grant("allowed"), id: "grant_2", embedder: inside.embedder };
    for (const grants of [[everywhere], [there, everywhere]]) {
      const site = new SiteGrants({ grants: async () => grants } as never);
      expect(await site.state(inside)).toMatchObject({ state: "denied" });
    }
    const only = new SiteGrants({ grants: async () => [{ ...there, state: "blocked" as const }] } as never);
    expect(await only.state(inside)).toMatchObject({ state: "denied" });
    expect(await only.state(caller)).toMatchObject({ state: "prompt" });
    const past = grant("allowed", { expires_at: "2026-01-01T00:00:00Z" });
    const expired = new SiteGrants({ grants: async () => [past] } as never);
    expect([await expired.grant(caller), await expired.record(caller)]).toEqual([null, past]);
  });

  it("D3: sees the models it may use, and none before a grant", async () => {
    await expect(stage().permissions.models(caller)).rejects.toMatchObject({ code: 4100 });
    await expect(stage(grant("once")).permissions.models(caller)).rejects.toMatchObject({ code: 4100 });
    const { permissions: chooser } = stage(grant("allowed", { capabilities: ["model:prompt", "model:choose"] }));
    await expect(chooser.models(caller)).rejects.toMatchObject({ code: 4100 });
    expect((await chooser.models(caller, "model:choose")).models).toHaveLength(2);
    const ids = async (caveats: Partial<Grant["caveats"]>) =>
      (await stage(grant("allowed", caveats)).permissions.models(caller)).models.map(({ id }) => id);
    expect(await ids({})).toEqual(["a/far", "a/near"]);
    expect(await ids({ models: ["a/far"] })).toEqual(["a/far"]);
    expect(await ids({ local_only: true })).toEqual(["a/near"]);
    expect((await stage(grant("allowed")).permissions.models(caller)).models[0]).toEqual({
      id: "a/far",
      name: "a/far",
      contextLength: 8,
      provider: "p",
      providerName: "P",
      local: false,
      available: true,
      capabilities: ["chat"],
      preferred: false,
    });
  });
});
