import { expect, it } from "vitest";
import { LastRefusal } from "../../src/worker/last-refusal";
import { memoryKeyValue } from "./memory-key-value";

const SITE = "https://a.example";
const failed = (code: number, satchelCode: string) =>
  ({ kind: "error", id: "1", error: { code, message: "m".repeat(300), data: { satchelCode } } }) as const;

it("what became no generation is kept for the popup, cut short", async () => {
  const last = new LastRefusal(memoryKeyValue());
  await last.heed(SITE, failed(-32602, "context_too_long"));
  expect(await last.read()).toMatchObject({ origin: SITE, code: "context_too_long", message: "m".repeat(200) });
});

it("a granted model that has gone with its key is kept, too: the ledger knows nothing of it", async () => {
  const last = new LastRefusal(memoryKeyValue());
  await last.heed(SITE, failed(4300, "key_gone"));
  expect(await last.read()).toMatchObject({ origin: SITE, code: "key_gone" });
});

it("a whole answer to the same site makes it old, another site's and a mere result do not", async () => {
  const last = new LastRefusal(memoryKeyValue());
  await last.heed(SITE, failed(4020, "budget_exceeded"));
  await last.heed("https://b.example", { kind: "result", id: "2", result: { finishReason: "stop" } });
  await last.heed(SITE, { kind: "result", id: "3", result: { state: "granted" } });
  expect(await last.read()).not.toBeNull();
  await last.heed(SITE, { kind: "result", id: "4", result: { finishReason: "stop" } });
  expect(await last.read()).toBeNull();
});

it.each([
  [4300, "provider_timeout"],
  [4001, "consent_denied"],
  [4100, "origin_blocked"],
])("what the ledger or the person already knows is not kept: %s %s", async (code, satchelCode) => {
  const last = new LastRefusal(memoryKeyValue());
  await last.heed(SITE, failed(code, satchelCode));
  expect(await last.read()).toBeNull();
});
