import { expect, it } from "vitest";
import { ActivityFile } from "../../src/ui/activity-file";
import { KeyFields } from "../../src/ui/key-fields";
import { ModelFilter } from "../../src/ui/model-filter";
import { SiteState } from "../../src/ui/site-state";
import { SiteTerms } from "../../src/ui/site-terms";
import { ActivityFilter } from "../../src/wire/activity-filter";
import type { Generation } from "../../src/wire/generation";
import type { Grant } from "../../src/wire/grant";
import type { Model } from "../../src/wire/model";
import type { ProviderChoice } from "../../src/wire/provider-choice";

const caveats = { models: null, budget: null, rate_per_minute: null, expires_at: null };
const grant: Grant = {
  id: "grant_1",
  origin: "https://notes.example",
  embedder: null,
  state: "allowed",
  created_at: "2026-11-28T00:00:00Z",
  last_used_at: null,
  caveats,
};

function model(output: string | null, more: Partial<Model["satchel"]> = {}): Model {
  const price = output === null ? null : { input_usd_per_mtok: "0", output_usd_per_mtok: output, as_of: "2026-11-23" };
  const at = { provider: "openai", provider_name: "OpenAI", key_label: null, local: false, available: true };
  const satchel = { ...at, reason: null, capabilities: ["tools"], price, preferred: false, ...more };
  return { id: "openai/gpt-5-mini", name: "GPT-5 mini", description: null, context_length: null, satchel };
}

it.each([
  ["free", "0", true],
  ["free", "0.4", false],
  ["1", "1", true],
  ["1", null, false],
  ["any", null, true],
] as const)("a price filter of %s and a price of %s: %s", (price, output, found) => {
  expect(ModelFilter.matches(model(output), { ...ModelFilter.NONE, price }, new Set())).toBe(found);
});

it("“not trained on” takes what stays here and what the provider says no to, and nothing unknown", () => {
  const untrained = { ...ModelFilter.NONE, privacy: "untrained" } as const;
  const said = (training: "no" | "unknown") => model("1", { data_policy: { training, source: null } });
  expect(ModelFilter.matches(said("no"), untrained, new Set())).toBe(true);
  expect(ModelFilter.matches(said("unknown"), untrained, new Set())).toBe(false);
  expect(ModelFilter.matches(model("1"), untrained, new Set())).toBe(false);
  expect(ModelFilter.matches(model("1", { local: true }), untrained, new Set())).toBe(true);
});

it("capabilities, words and favourites narrow together", () => {
  const filter = { ...ModelFilter.NONE, search: "mini openai", capabilities: new Set(["tools"]), favourites: true };
  expect(ModelFilter.matches(model("1"), filter, new Set(["openai/gpt-5-mini"]))).toBe(true);
  expect(ModelFilter.matches(model("1"), filter, new Set())).toBe(false);
  expect(ModelFilter.matches(model("1"), { ...filter, capabilities: new Set(["images"]) }, new Set())).toBe(false);
});

it("B6: a site's limits come back as they were when nothing is changed", () => {
  const full = {
    ...caveats,
    models: ["a/b", "c/d"],
    budget: { cap_nusd: 2_500_000_000, period: "week" as const, spent_nusd: 1, held_nusd: 0, resets_at: null },
    rate_per_minute: 20,
    expires_at: "2027-03-01T10:30:00.000Z",
    local_only: true,
    capabilities: ["model:prompt"] as const,
    max_tokens: 300,
  };
  const kept = SiteTerms.caveats(SiteTerms.of({ ...grant, caveats: full }), { ...grant, caveats: full });
  expect(kept).toEqual({ ...full, budget: { cap_nusd: 2_500_000_000, period: "week" } });
  expect(SiteTerms.caveats(SiteTerms.of(grant), grant)).toEqual({
    ...caveats,
    local_only: false,
    capabilities: null,
    max_tokens: null,
  });
});

it("what cannot be read is named, and an empty field is no limit", () => {
  const terms = SiteTerms.of(grant);
  expect(SiteTerms.fault({ ...terms, budget: "much" })).toBe("budget");
  expect(SiteTerms.fault({ ...terms, budget: "0" })).toBe("budget");
  expect(SiteTerms.fault({ ...terms, rate: "1.5" })).toBe("rate");
  expect(SiteTerms.fault({ ...terms, budget: "1,50", rate: "20" })).toBeNull();
  expect(SiteTerms.caveats({ ...terms, budget: "1,50" }, grant).budget?.cap_nusd).toBe(1_500_000_000);
});

it("B6: a site over its budget or past its end is shown as that", () => {
  const budget = { cap_nusd: 100, period: "day" as const, spent_nusd: 100, held_nusd: 0, resets_at: null };
  const now = new Date("2026-11-28T12:00:00Z");
  expect(SiteState.of({ ...grant, caveats: { ...caveats, budget } }, now)).toBe("over");
  expect(SiteState.of({ ...grant, caveats: { ...caveats, expires_at: "2026-11-28T11:00:00Z" } }, now)).toBe("ended");
  expect(SiteState.of(grant, now)).toBe("allowed");
});

it("a key's form asks for what the provider needs, and sends nothing that is empty", () => {
  const satchel = { base_url: null, example_url: "http://127.0.0.1:8000/v1", needs_key: false, local: false };
  const custom: ProviderChoice = {
    name: "Custom",
    slug: "custom",
    satchel: { ...satchel, key_page: null, billing_page: null },
  };
  const hosted = { ...custom, satchel: { ...custom.satchel, base_url: "https://api.example/v1", needs_key: true } };
  expect(KeyFields.faults(custom, KeyFields.EMPTY)).toEqual({ address: "keys_fault_address" });
  expect(KeyFields.faults(hosted, KeyFields.EMPTY)).toEqual({ secret: "keys_fault_secret" });
  expect(KeyFields.faults(custom, { ...KeyFields.EMPTY, address: "ftp://x", label: "a b" })).toEqual({
    address: "keys_fault_http",
    label: "keys_fault_label",
  });
  const fields = { secret: " sk-1 ", address: "http://elsewhere", label: "" };
  expect(KeyFields.draft(hosted, fields)).toEqual({ provider: "custom", secret: "sk-1" });
});

const generation: Generation = {
  id: "gen_1",
  origin: "https://notes.example",
  app: "=1+1",
  model: "a/b",
  requested_model: 'a"b,c',
  provider: "openai",
  status: "failed",
  reason: null,
  error_code: "key_rejected",
  usage: { input_tokens: 5, output_tokens: 0, reasoning_tokens: 0, cached_tokens: 0, estimated: true },
  cost: { nusd: 0, known: false },
  started_at: "2026-11-28T12:00:00Z",
  first_event_ms: null,
  duration_ms: 12,
  failed_attempts: [{ provider: "openai", endpoint: "openai:b", code: "key_rejected", duration_ms: 11 }],
};

it("B7: activity is found by site, model and code, all words together", () => {
  const find = (search: string) => ActivityFilter.matches(generation, { ...ActivityFilter.NONE, search }, "Model B");
  expect(find("notes key_rejected")).toBe(true);
  expect(find("model b")).toBe(true);
  expect(find("notes finished-not")).toBe(false);
  expect(ActivityFilter.matches(generation, { ...ActivityFilter.NONE, status: "finished" }, "")).toBe(false);
});

it("B7: the file for spreadsheets quotes what it must, and no cell is a formula", () => {
  const [names, line, rest] = `${ActivityFile.CSV.begin}${ActivityFile.CSV.lines([generation], true)}`.split("\r\n");
  expect(names?.split(",")).toContain("cost_usd");
  expect(line).toContain(`,'=1+1,"a""b,c",a/b,`);
  expect(line).toContain(",chat,failed,key_rejected,5,0,0,0,0,0,0,,,12,,openai:b key_rejected 11 ms");
  expect(rest).toBe("");
});
