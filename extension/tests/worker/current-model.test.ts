import { expect, it } from "vitest";
import type { Grant } from "../../src/wire/grant";
import { SiteGrants } from "../../src/worker/site-grants";

const caller = { origin: "https://a.example", embedder: null, tabId: 1, frameId: 0 };
const PAST = "2020-01-01T00:00:00Z";

async function modelFor(
  preferred: string | null,
  state: Grant["state"] | null,
  narrowed: Partial<Grant["caveats"]> = {},
) {
  const caveats = {
    models: null,
    budget: null,
    rate_per_minute: null,
    expires_at: null,
    local_only: false,
    ...narrowed,
  };
  const facts = { id: "grant_1", origin: caller.origin, embedder: null, created_at: PAST, last_used_at: null };
  const grants = new SiteGrants({
    grants: async () => (state === null ? [] : [{ ...facts, state, caveats }]),
    account: async () => ({ preferred_model: preferred }) as never,
    deleteGrant: async () => undefined,
    narrowGrant: async () => undefined as never,
  });
  return (await grants.currentModel(caller)).model;
}

it.each([
  ["a key's model", "openai:gpt-5", "allowed", {}, "openai:gpt-5"],
  ["a local model", "ollama:llama3:8b", "allowed", {}, "ollama:llama3:8b"],
  ["what the site may use, which the person's choice is among", "b/c", "allowed", { models: ["a/b", "b/c"] }, "b/c"],
  ["what the site may use, which the person's choice is not among", "b/c", "allowed", { models: ["a/b"] }, "a/b"],
  ["the neutral name where the person chose none", null, "allowed", {}, "satchel/preferred"],
  ["the neutral name before a grant", "openai:gpt-5", null, {}, "satchel/preferred"],
  ["the neutral name to a blocked site", "openai:gpt-5", "blocked", {}, "satchel/preferred"],
  [
    "the neutral name after the grant has run out",
    "openai:gpt-5",
    "allowed",
    { expires_at: PAST },
    "satchel/preferred",
  ],
] as const)("A10: getCurrentModel tells %s", async (_, preferred, state, narrowed, told) => {
  expect(await modelFor(preferred, state, narrowed as Partial<Grant["caveats"]>)).toBe(told);
});
