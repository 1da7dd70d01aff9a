import { afterEach, expect, it, vi } from "vitest";
import type { Grant } from "../../src/wire/grant";
import { BudgetWatch } from "../../src/worker/budget-watch";
import { memoryKeyValue } from "./memory-key-value";

function grantWith(spent: number, resets: string | null = "2026-12-01T00:00:00Z"): Grant {
  const budget = { cap_nusd: 100, period: "week" as const, spent_nusd: spent, held_nusd: 0, resets_at: resets };
  const caveats = { models: null, budget, rate_per_minute: null, expires_at: null };
  const about = { id: "grant_1", origin: "https://a.example", embedder: null, created_at: "", last_used_at: null };
  return { ...about, state: "allowed", caveats };
}

/** A watch of a new worker each time, over the same storage. */
function watching() {
  const local = memoryKeyValue();
  const told: number[] = [];
  const look = async (grant: Grant, wanted = true) => {
    const tell = async ({ caveats }: Grant) => void told.push(caveats.budget?.spent_nusd ?? 0);
    const watch = new BudgetWatch({
      backend: { grants: async () => [grant] },
      local,
      wanted: async () => wanted,
      tell,
    });
    await watch.ended("https://a.example");
    return watch;
  };
  return { told, look };
}

it("the person is told from 80 % on, once a period", async () => {
  const { told, look } = watching();
  await look(grantWith(79));
  expect(told).toEqual([]);
  await look(grantWith(80));
  await look(grantWith(95));
  expect(told).toEqual([80]);
  await look(grantWith(85, "2026-12-08T00:00:00Z"));
  expect(told).toEqual([80, 85]);
});

it("nobody is told who does not want it", async () => {
  const { told, look } = watching();
  await look(grantWith(90), false);
  expect(told).toEqual([]);
});

it("a busy site is looked at once in a while, and its last call all the same", async () => {
  vi.useFakeTimers();
  const told: Grant[] = [];
  let spent = 10;
  let looks = 0;
  const grants = async () => {
    looks += 1;
    return [grantWith(spent)];
  };
  const tell = async (grant: Grant) => void told.push(grant);
  const watch = new BudgetWatch({ backend: { grants }, local: memoryKeyValue(), wanted: async () => true, tell });
  await watch.ended("https://a.example");
  spent = 90;
  for (let call = 0; call < 5; call += 1) await watch.ended("https://a.example");
  expect([looks, told]).toEqual([1, []]);
  await vi.advanceTimersByTimeAsync(15_000);
  expect([looks, told.length]).toEqual([2, 1]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(looks).toBe(2);
});

afterEach(() => void vi.useRealTimers());
