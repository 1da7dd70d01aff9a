import { costOf } from "@ui/cost-of";
import type { Generation } from "@wire/generation";
import type { Grant } from "@wire/grant";
import { expect, test } from "vitest";
import { grantState } from "../src/account/grantState";
import { keyDraft, keyFaults, takesAddress } from "../src/account/keyDraft";
import { keyNames } from "../src/account/keyNames";
import { meterLabel } from "../src/account/meterLabel";
import { PROVIDERS, type ProviderChoice, providerName, providerOf } from "../src/account/providers";
import { ROUTES, routeOf } from "../src/account/routes";
import { statusOf } from "../src/account/statusOf";
import { countOf } from "../src/format/countOf";
import { formatDay, formatMoment } from "../src/format/formatMoment";
import { nameOfOrigin } from "../src/format/nameOfOrigin";

const CUSTOM = providerOf("custom") as ProviderChoice;
const OPENAI = providerOf("openai") as ProviderChoice;
const EMPTY = { secret: "", baseUrl: "", label: "" };

test("the form offers every row of the backend's table, with what it needs to know of each", () => {
  expect(PROVIDERS.length).toBeGreaterThan(10);
  expect(new Set(PROVIDERS.map(({ id }) => id)).size).toBe(PROVIDERS.length);
  expect(CUSTOM).toMatchObject({ baseUrl: "", needsKey: false, local: false });
  expect(OPENAI).toMatchObject({ baseUrl: "https://api.openai.com/v1", needsKey: true, local: false });
  expect(providerOf("ollama")).toMatchObject({ local: true, needsKey: false });
  expect(providerName("from-the-future")).toBe("from-the-future");
});

test("a hosted provider needs a key and keeps its own address", () => {
  expect(takesAddress(OPENAI)).toBe(false);
  expect(Object.keys(keyFaults(OPENAI, EMPTY))).toEqual(["secret"]);
  const fields = { secret: " sk-1 ", baseUrl: "http://evil.example", label: "" };
  expect(keyFaults(OPENAI, fields)).toEqual({});
  expect(keyDraft(OPENAI, fields)).toEqual({ provider: "openai", secret: "sk-1" });
});

test("a custom server needs an address, but no key", () => {
  expect(Object.keys(keyFaults(CUSTOM, EMPTY))).toEqual(["baseUrl"]);
  expect(Object.keys(keyFaults(CUSTOM, { ...EMPTY, baseUrl: "models.example" }))).toEqual(["baseUrl"]);
  expect(Object.keys(keyFaults(CUSTOM, { ...EMPTY, baseUrl: "file:///etc" }))).toEqual(["baseUrl"]);
  const fields = { secret: "", baseUrl: " http://10.0.0.2:8000/v1 ", label: "lab" };
  expect(keyFaults(CUSTOM, fields)).toEqual({});
  expect(keyDraft(CUSTOM, fields)).toEqual({ provider: "custom", base_url: "http://10.0.0.2:8000/v1", label: "lab" });
});

test("a label that would break model names is refused", () => {
  for (const label of ["my lab", "a:b"]) {
    expect(Object.keys(keyFaults(CUSTOM, { ...EMPTY, baseUrl: "http://a.example", label }))).toEqual(["label"]);
  }
});

test("a key goes by its label, else by its provider", () => {
  expect(keyNames({ label: "Work", provider: "openai" })).toEqual(["Work", "OpenAI"]);
  expect(keyNames({ label: null, provider: "openai" })).toEqual(["OpenAI", null]);
});

test("the address's fragment names the page, and what is unknown is Home", () => {
  for (const { path } of ROUTES) expect(routeOf(`#/${path}`)).toBe(path);
  for (const hash of ["", "#/", "#/nowhere", "#main", "#/sites/1"]) expect(routeOf(hash)).toBe("home");
});

const ENDINGS: [Pick<Generation, "status" | "error_code" | "reason">, string][] = [
  [{ status: "live", error_code: null, reason: null }, "Live"],
  [{ status: "finished", error_code: null, reason: "stop" }, "Finished"],
  [{ status: "finished", error_code: null, reason: "length" }, "Cut short"],
  [{ status: "cancelled", error_code: null, reason: "cancelled" }, "Stopped"],
  [{ status: "failed", error_code: "budget_exceeded", reason: "error" }, "Over budget"],
  [{ status: "failed", error_code: "stream_broken", reason: "error" }, "Failed"],
];
test.each(ENDINGS)("a generation that is %o is called %s", (generation, word) => {
  expect(statusOf(generation).word).toBe(word);
});

test("nothing is called free before it ended, when it failed, or when nobody knows the price", () => {
  const nothing = { nusd: 0, known: true };
  const usage = { input_tokens: 9, output_tokens: 3, reasoning_tokens: 0, cached_tokens: 0, estimated: false };
  const unused = { ...usage, input_tokens: 0, output_tokens: 0 };
  expect(costOf({ status: "live", cost: nothing, usage })).toBe("–");
  expect(costOf({ status: "failed", cost: nothing, usage })).toBe("$0.00");
  expect(costOf({ status: "cancelled", cost: nothing, usage: unused })).toBe("$0.00");
  expect(costOf({ status: "finished", cost: { nusd: 0, known: false }, usage })).toBe("price unknown");
  expect(costOf({ status: "finished", cost: nothing, usage })).toBe("free");
  expect(costOf({ status: "finished", cost: nothing, usage: { ...unused, seconds: 2.5 } })).toBe("free");
  expect(costOf({ status: "finished", cost: { nusd: 13_262_000, known: true }, usage })).toBe("$0.0133");
});

const NOW = new Date("2026-11-23T12:00:00Z");
const OPEN: Grant["caveats"] = { models: null, budget: null, rate_per_minute: null, expires_at: null };
const SPENT = { cap_nusd: 5, spent_nusd: 5, held_nusd: 0, period: "month" as const, resets_at: null };
const GRANTS: [Pick<Grant, "state" | "caveats">, string][] = [
  [{ state: "allowed", caveats: OPEN }, "Allowed"],
  [{ state: "once", caveats: OPEN }, "Once"],
  [{ state: "blocked", caveats: { ...OPEN, budget: SPENT } }, "Blocked"],
  [{ state: "allowed", caveats: { ...OPEN, budget: SPENT } }, "Over budget"],
  [{ state: "allowed", caveats: { ...OPEN, budget: SPENT, expires_at: "2026-11-23T11:59:59Z" } }, "Expired"],
  [{ state: "allowed", caveats: { ...OPEN, expires_at: "2026-11-24T00:00:00Z" } }, "Allowed"],
];
test.each(GRANTS)("a grant that is %o is called %s", (grant, word) => {
  expect(grantState(grant, NOW).word).toBe(word);
});

test("a budget's bar is a sentence for whoever does not see it", () => {
  const budget = { spent_nusd: 420_000_000, held_nusd: 80_000_000, cap_nusd: 2_000_000_000 };
  expect(meterLabel(budget)).toBe("$0.42 of $2.00, $0.08 on hold");
});

test("moments are a time today, a day this year, and have their year before", () => {
  const now = new Date(2026, 10, 23, 15, 0);
  expect(formatMoment(new Date(2026, 10, 23, 14, 32), now, "en-GB")).toBe("14:32");
  expect(formatMoment(new Date(2026, 10, 22, 14, 32), now, "en-GB")).toBe("22 Nov, 14:32");
  expect(formatMoment(new Date(2025, 10, 22, 14, 32), now, "en-GB")).toBe("22 Nov 2025, 14:32");
  expect(formatDay(now, true, "en-GB")).toBe("23 Nov");
});

test("counts agree with their noun, and origins keep a scheme that matters", () => {
  expect([0, 1, 61].map((count) => countOf(count, "token", "tokens"))).toEqual(["0 tokens", "1 token", "61 tokens"]);
  expect(nameOfOrigin("https://a.example:8443")).toBe("a.example:8443");
  expect(nameOfOrigin("http://localhost:3000")).toBe("http://localhost:3000");
});
