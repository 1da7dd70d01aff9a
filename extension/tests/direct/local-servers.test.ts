import { expect, it } from "vitest";
import { LocalServers } from "../../src/direct/local-servers";

type Page = { status?: number; server?: string; body: unknown };

const LIST = (owner: string, ...ids: string[]) => ({ data: ids.map((id) => ({ id, owned_by: owner })) });

function servers(pages: Record<string, Page>, own: string | null = null) {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (url) => {
    asked.push(String(url));
    const page = pages[String(url)];
    if (page === undefined) throw new TypeError("Failed to fetch");
    return Response.json(page.body, { status: page.status ?? 200, headers: { server: page.server ?? "" } });
  };
  return { found: new LocalServers({ fetch, isOn: async () => true, own: async () => own }), asked };
}

const idsOf = async (found: LocalServers) => (await found.routes()).map(({ model }) => model.id);

it("servers are known by what they answer and not by their port, with the backend's ids", async () => {
  const { found } = servers({
    "http://127.0.0.1:11434/v1/models": { body: LIST("library", "llama3:8b", "nomic-embed-text") },
    "http://127.0.0.1:11434/api/version": { body: { version: "0.9.0" } },
    "http://127.0.0.1:1234/v1/models": { body: LIST("organization_owner", "qwen") },
    "http://127.0.0.1:1234/api/v0/models": { body: { data: [{ id: "qwen", type: "vlm", max_context_length: 4096 }] } },
    "http://127.0.0.1:8080/v1/models": { server: "llama.cpp", body: LIST("llamacpp", "/models/tiny.gguf") },
    "http://127.0.0.1:8000/v1/models": { body: { data: [{ id: "q/w", owned_by: "vllm", max_model_len: 512 }] } },
  });
  expect(await idsOf(found)).toEqual([
    "ollama:llama3:8b",
    "ollama:nomic-embed-text",
    "lmstudio:qwen",
    "llamacpp:/models/tiny.gguf",
    "vllm:q/w",
  ]);
  const [, embedding, seeing, tiny, long] = (await found.routes()).map(({ model }) => model);
  expect(seeing).toMatchObject({ context_length: 4096, satchel: { direct: true, local: true } });
  expect(embedding?.satchel.capabilities).toEqual(["embeddings"]);
  expect(seeing?.satchel.capabilities).toContain("images");
  expect(tiny?.name).toBe("tiny");
  expect(long?.context_length).toBe(512);
});

it("an unknown server counts only at the address that the person gave", async () => {
  const page = { body: LIST("me", "mine") };
  const urls = { "http://127.0.0.1:8000/v1/models": page, "http://localhost:5001/v1/models": page };
  expect(await idsOf(servers(urls).found)).toEqual([]);
  const { found } = servers(urls, "http://localhost:5001/v1");
  expect(await idsOf(found)).toEqual(["here:mine"]);
  expect((await found.servers())[0]).toMatchObject({ name: "localhost:5001", models: 1 });
});

it("a server that refuses extensions is shown as such, and has no models", async () => {
  const { found } = servers({ "http://127.0.0.1:11434/v1/models": { status: 403, body: null } });
  expect(await found.servers()).toMatchObject([{ provider: "ollama", name: "Ollama", refuses: true, models: 0 }]);
  expect(await found.routes()).toEqual([]);
});

it("C2: a model that nobody lists is asked for by its name at the person's own address, else at whoever answers first", async () => {
  const asked: unknown[] = [];
  const pages: Record<string, unknown> = {
    "http://127.0.0.1:11434/v1/models": LIST("library", "llama3:8b"),
    "http://127.0.0.1:11434/api/version": { version: "0.9.0" },
    "http://localhost:5001/v1/models": LIST("me", "mine"),
  };
  const fetch = (async (url: string, init?: RequestInit) => {
    if (init?.method === "POST" && url.endsWith("/chat/completions")) {
      asked.push([url, JSON.parse(String(init.body)).model]);
      return new Response(`data: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: "stop" }] })}\n\n`);
    }
    return url in pages ? Response.json(pages[url]) : new Response(null, { status: 404 });
  }) as typeof globalThis.fetch;
  for (const own of ["http://localhost:5001/v1", null]) {
    const route = await new LocalServers({ fetch, isOn: async () => true, own: async () => own }).unlisted("foo/bar");
    const signal = new AbortController().signal;
    for await (const _ of route?.stream({ model: "x", messages: [] }, signal) ?? []) asked.push(route?.model.id);
  }
  expect(asked).toEqual([
    ["http://localhost:5001/v1/chat/completions", "foo/bar"],
    "here:foo/bar",
    ["http://127.0.0.1:11434/v1/chat/completions", "foo/bar"],
    "ollama:foo/bar",
  ]);
  const { found } = servers({ "http://127.0.0.1:11434/v1/models": { status: 403, body: null } });
  expect(await found.unlisted("foo/bar")).toBe(null);
});
