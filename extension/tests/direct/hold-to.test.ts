import { expect, it } from "vitest";
import { DirectOnce } from "../../src/direct/direct-once";
import { holdTo } from "../../src/direct/hold-to";
import type { AskedBody, AskedKind } from "../../src/wire/asked-body";
import type { GrantDraft } from "../../src/wire/grant-draft";
import type { Run } from "../../src/worker/run";
import { memoryKeyValue } from "../worker/memory-key-value";

type Caveats = NonNullable<GrantDraft["caveats"]>;

const tools = [{ type: "function", function: { name: "look" } }];

/** What is left of a request, or the code of why it may not be made. */
function held(caveats: Caveats, body: object, kind: AskedKind = "chat"): unknown {
  const run = { kind, body: { model: "ollama:m", ...body } as AskedBody } as Run;
  try {
    holdTo(run, caveats);
    return run.body;
  } catch (error) {
    return (error as { data: object }).data;
  }
}

it("B6: a direct model is asked for what the site was allowed at all, as the backend's are", () => {
  const refused = (missing: string[]) => ({ satchelCode: "capability_not_granted", missing });
  const prompt: Caveats = { capabilities: ["model:prompt"] };
  expect(held(prompt, { messages: [] })).toEqual({ model: "ollama:m", messages: [] });
  expect(held(prompt, { messages: [], tools: [] })).toMatchObject({ tools: [] });
  expect(held(prompt, { messages: [], tools })).toMatchObject({ satchelCode: refused([]).satchelCode });
  expect(held({ capabilities: ["model:prompt", "model:tools"] }, { messages: [], tools })).toMatchObject({ tools });
  expect(held(prompt, { input: "x" }, "embeddings")).toMatchObject({ satchelCode: "capability_not_granted" });
  expect(held({ capabilities: ["model:embed"] }, { input: "x" }, "embeddings")).toMatchObject({ input: "x" });
  expect(held(prompt, { prompt: "x" }, "images")).toMatchObject({ satchelCode: "capability_not_granted" });
  for (const caveats of [{}, { capabilities: null }])
    expect(held(caveats, { messages: [], tools })).toMatchObject({ tools });
});

it("B6: a direct answer is no longer than the site may have", () => {
  const lengths = (asked: object) =>
    (held({ max_tokens: 100 }, { messages: [], ...asked }) as { max_tokens?: number }).max_tokens;
  expect([lengths({}), lengths({ max_tokens: 50 }), lengths({ max_tokens: 500 })]).toEqual([100, 50, 100]);
  expect(held({ max_tokens: 100 }, { input: "x" }, "embeddings")).not.toHaveProperty("max_tokens");
});

it("D3: what was allowed once is held to the site's own wish, and ends when that says", async () => {
  const once = new DirectOnce(memoryKeyValue());
  const caller = { origin: "https://a.example", embedder: null, tabId: 1, frameId: 0 };
  await once.keep(caller, "ollama:m", { max_tokens: 20 });
  expect([await once.of(caller), await once.take(caller, "ollama:other")]).toEqual(["ollama:m", null]);
  expect([await once.take(caller, "ollama:m"), await once.take(caller, "ollama:m")]).toEqual([
    { max_tokens: 20 },
    null,
  ]);
  await once.keep(caller, "ollama:m", { expires_at: new Date(Date.now() - 1).toISOString() });
  expect(await once.of(caller)).toBeNull();
});
