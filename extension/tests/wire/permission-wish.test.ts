import { describe, expect, it } from "vitest";
import { PermissionWish } from "../../src/wire/permission-wish";

const MORE = { max_tokens: null, capabilities: null, no_tools: false };
const NONE = { models: null, budget: null, rate_per_minute: null, expires_at: null, local_only: false, ...MORE };
const later = new Date(Date.now() + 3_600_000).toISOString();
const soon = new Date(Date.now() + 60_000).toISOString();
const asked = (caveats: unknown) => PermissionWish.parse({ permissions: { "model:prompt": caveats } });

describe("what a page asks for", () => {
  it("may be nothing in particular", () => {
    for (const params of [null, undefined, {}, { permissions: {} }]) expect(PermissionWish.parse(params)).toEqual(NONE);
  });

  it("D3: is read with all its caveats", () => {
    const caveats = {
      models: ["a/b"],
      budget: { usd: 0.5, period: "week" },
      ratePerMinute: 6,
      expires: later,
      localOnly: true,
      maxTokensPerRequest: 500,
      noTools: true,
    };
    expect(asked(caveats)).toEqual({
      models: ["a/b"],
      budget: { cap_nusd: 500_000_000, period: "week" },
      rate_per_minute: 6,
      expires_at: later,
      local_only: true,
      max_tokens: 500,
      capabilities: ["model:prompt"],
      no_tools: true,
    });
  });

  it("D3: names what it wants to do at all, and tools are gone where it wants none", () => {
    const wish = (permissions: object) => PermissionWish.parse({ permissions });
    const all = ["model:prompt", "model:tools", "model:list", "model:embed", "model:image", "model:choose"];
    expect(wish(Object.fromEntries(all.map((one) => [one, {}])))).toMatchObject({ capabilities: all });
    const tools = { "model:prompt": { noTools: true }, "model:tools": {} };
    expect(wish(tools)).toMatchObject({ capabilities: ["model:prompt"] });
    expect(wish({ "model:tools": { noTools: true } })).toBe("noTools leaves nothing of model:tools");
  });

  it.each<unknown>([
    { models: [] },
    { models: "a/b" },
    { budget: { usd: -1, period: "day" } },
    { budget: { usd: 1, period: "hour" } },
    { budget: 1 },
    { ratePerMinute: 0.5 },
    { expires: "2020-01-01" },
    { expires: {} },
    { localOnly: "yes" },
    { maxTokensPerRequest: 0 },
    { maxTokensPerRequest: "many" },
    { noTools: 1 },
    { constructor: 1 },
    { toString: 1 },
  ])("is refused in words when a caveat is not understood, and never widened: %j", (caveats) => {
    expect(asked(caveats)).toMatch(/is not understood/);
  });

  it("is refused for a capability that there is not: there is none for a key", () => {
    expect(PermissionWish.parse({ permissions: { "key:read": {} } })).toBe('there is no capability "key:read"');
  });
});

describe("what a page gets", () => {
  const wish = {
    models: ["a/b", "c/d"],
    budget: { cap_nusd: 5, period: "day" as const },
    rate_per_minute: 6,
    expires_at: soon,
    local_only: true,
    max_tokens: 300,
    capabilities: ["model:prompt", "model:list"] as const,
    no_tools: false,
  };
  const { no_tools: _, ...held } = wish;

  it("is what the person allowed, narrowed by what the page asked for", () => {
    expect(PermissionWish.narrow({ models: null, budget: null, expires_at: later, max_tokens: 900 }, wish)).toEqual(
      held,
    );
  });

  it("is never wider than the person's answer", () => {
    const allowed = { models: ["c/d", "e/f"], budget: { cap_nusd: 3, period: "day" as const }, expires_at: later };
    expect(PermissionWish.narrow(allowed, { ...wish, expires_at: null })).toMatchObject({
      models: ["c/d"],
      budget: { cap_nusd: 3 },
      expires_at: later,
    });
    const narrower = { models: null, rate_per_minute: 2, local_only: true };
    const open = { ...wish, local_only: false };
    expect(PermissionWish.narrow(narrower, open)).toMatchObject({ rate_per_minute: 2, local_only: true });
    expect(PermissionWish.narrow({ ...narrower, rate_per_minute: 60 }, open)).toMatchObject({ rate_per_minute: 6 });
    expect(PermissionWish.narrow({ models: ["e/f"] }, wish)).toMatchObject({ models: [] });
  });

  it("D3: keeps the person's own budget where they chose another period than the page, smaller or larger", () => {
    for (const budget of [
      { cap_nusd: 3, period: "total" as const },
      { cap_nusd: 9, period: "week" as const },
    ]) {
      expect(PermissionWish.narrow({ models: null, budget }, wish)).toMatchObject({ budget });
      expect(PermissionWish.asksForLess({ ...wish, capabilities: null }, { ...held, budget })).toBe(false);
    }
    const day = { cap_nusd: 9, period: "day" as const };
    expect(PermissionWish.narrow({ models: null, budget: day }, wish)).toMatchObject({ budget: wish.budget });
  });

  it("B3: holds two wishes of one page that are answered together", () => {
    const other = {
      ...wish,
      models: ["c/d", "e/f"],
      budget: null,
      rate_per_minute: 2,
      local_only: false,
      capabilities: ["model:embed"] as const,
    };
    const all = ["model:prompt", "model:list", "model:embed"] as const;
    expect(PermissionWish.besides({ ...wish, no_tools: true }, ["model:tools", "model:embed"]).capabilities).toEqual([
      "model:embed",
      "model:prompt",
      "model:list",
    ]);
    expect(PermissionWish.both(wish, other)).toEqual({
      ...wish,
      models: ["c/d"],
      rate_per_minute: 2,
      capabilities: all,
    });
    expect([
      PermissionWish.both(null, other),
      PermissionWish.both(wish, null),
      PermissionWish.both(null, null),
    ]).toEqual([other, wish, null]);
    expect(["c/d", "e/f"].map((id) => PermissionWish.allows(wish, id, true))).toEqual([true, false]);
    expect(PermissionWish.allows(wish, "c/d", false)).toBe(false);
  });
});
