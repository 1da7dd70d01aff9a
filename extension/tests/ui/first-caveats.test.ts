import { expect, test } from "vitest";
import { firstCaveats } from "../../src/ui/first-caveats";
import type { Model } from "../../src/wire/model";

const NOW = new Date("2026-11-28T00:00:00Z");

function model(price: Model["satchel"]["price"], local: boolean): Model {
  const facts = { provider: "lab", provider_name: "Lab", key_label: "lab", available: true, reason: null };
  const satchel = { ...facts, local, capabilities: [], price, preferred: true };
  return { id: "lab:one", name: "One", description: null, context_length: null, satchel };
}

test("a site that is allowed without a question gets the smallest budget, for a week", () => {
  const limits = { budget: { cap_nusd: 500_000_000, period: "week" }, expires_at: "2026-12-05T00:00:00.000Z" };
  expect(firstCaveats(NOW, null)).toEqual(limits);
  expect(firstCaveats(NOW, model(null, true))).toEqual(limits);
});

test("where nobody knows the model's price a budget would refuse everything: it is that model only, for a day", () => {
  expect(firstCaveats(NOW, model(null, false))).toEqual({
    models: ["lab:one"],
    expires_at: "2026-11-29T00:00:00.000Z",
  });
});
