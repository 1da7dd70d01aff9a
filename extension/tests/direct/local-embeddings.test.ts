import { expect, it } from "vitest";
import { LocalServers } from "../../src/direct/local-servers";

const AT = "http://127.0.0.1:11434";
const sent: { url: string; body: unknown }[] = [];

/** An Ollama with one model that embeds, which answers so. */
async function asked(status: number, answer: unknown, signal = new AbortController().signal) {
  const pages: Record<string, unknown> = {
    [`${AT}/v1/models`]: { data: [{ id: "nomic-embed-text", owned_by: "library" }] },
    [`${AT}/api/version`]: { version: "0.9.0" },
  };
  const fetch = (async (url: string, init?: RequestInit) => {
    if (init?.method === "POST") {
      sent.push({ url, body: JSON.parse(String(init.body)) });
      if (answer instanceof Error) throw answer;
      return Response.json(answer, { status });
    }
    return url in pages ? Response.json(pages[url]) : new Response(null, { status: 404 });
  }) as unknown as typeof globalThis.fetch;
  const [route] = await new LocalServers({ fetch, isOn: async () => true, own: async () => null }).routes();
  const events: unknown[] = [];
  const body = { model: "ollama:nomic-embed-text", input: ["a", "b"] };
  for await (const event of route?.stream(body, signal) ?? []) events.push(event);
  return events;
}

it("D2: texts are embedded by a server of this computer, asked directly", async () => {
  const data = [{ embedding: [0.5, 1] }, { embedding: [1, 0] }];
  const usage = { inputTokens: 4, outputTokens: 0, reasoningTokens: 0, cachedTokens: 0, estimated: false };
  expect(await asked(200, { data, usage: { prompt_tokens: 4 } })).toEqual([
    { type: "embedding", index: 0, values: [0.5, 1] },
    { type: "embedding", index: 1, values: [1, 0] },
    { type: "end", reason: "stop", usage },
  ]);
  expect(sent.at(-1)).toEqual({
    url: `${AT}/v1/embeddings`,
    body: { model: "nomic-embed-text", input: ["a", "b"] },
  });
});

it("D2: what goes wrong there is said by its code, and a stop is no failure", async () => {
  const coded = (satchelCode: string) => ({ data: { satchelCode } });
  await expect(asked(200, { data: [] })).rejects.toMatchObject(coded("provider_garbled"));
  await expect(asked(200, { data: [{ embedding: ["x"] }] })).rejects.toMatchObject(coded("provider_garbled"));
  await expect(asked(200, null)).rejects.toMatchObject(coded("provider_garbled"));
  await expect(asked(403, {})).rejects.toMatchObject({ data: { satchelCode: expect.any(String) } });
  await expect(asked(200, new TypeError("gone"))).rejects.toMatchObject(coded("provider_unavailable"));
  await expect(asked(200, { data: [] }, AbortSignal.abort("stopped"))).rejects.toBe("stopped");
});
