// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SNIPPETS } from "../src/demo/snippets";

const written = () => document.querySelector("#output")?.textContent;
const injected = globalThis as unknown as { window: { ai?: unknown } };

beforeEach(() => {
  document.body.innerHTML = '<textarea id="question">Why?</textarea><div id="output"></div><p id="bill"></p>';
});
afterEach(() => {
  vi.unstubAllGlobals();
  injected.window.ai = undefined;
});

test("the JavaScript example runs: it streams the answer and shows the bill", async () => {
  const request = vi.fn(async (_call: unknown, { onEvent }: { onEvent(event: object): void }) => {
    for (const delta of ["He", "llo"]) onEvent({ type: "text-delta", delta });
    return { text: "Hello", model: "a/b", cost: { usd: 0.25, known: true } };
  });
  injected.window.ai = { request };
  await import("../src/demo/snippets/javascript.js" as string);
  expect(written()).toBe("Hello");
  expect(document.querySelector("#bill")?.textContent).toBe("a/b, $0.25");
  expect(request.mock.calls[0]?.[0]).toEqual({
    method: "ai_generate",
    params: { messages: [{ role: "user", content: "Why?" }] },
  });
});

test("the original's example runs on the unmodified package", async () => {
  const generateText = vi.fn(async (_input: unknown, { onStreamResult }: { onStreamResult(part: object): void }) => {
    onStreamResult({ text: "Hel", isPartial: true });
    expect(written()).toBe("Hel");
    return [{ text: "Hello" }];
  });
  injected.window.ai = { generateText };
  await import("../src/demo/snippets/original.js" as string);
  expect(written()).toBe("Hello");
  expect(generateText.mock.calls[0]?.[0]).toEqual({ prompt: "Why?" });
});

test("the OpenAI example runs on the unmodified package", async () => {
  const chunk = (content: string) =>
    `data: ${JSON.stringify({ id: "gen_1", object: "chat.completion.chunk", choices: [{ index: 0, delta: { content } }] })}\n\n`;
  const fetched = vi.fn(
    async () =>
      new Response(`${chunk("Hel")}${chunk("lo")}data: [DONE]\n\n`, {
        headers: { "content-type": "text/event-stream" },
      }),
  );
  vi.stubGlobal("fetch", fetched);
  vi.stubEnv("SATCHEL_TOKEN", "sat_test");
  const said: string[] = [];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => said.push(String(text)) > 0);
  // The package refuses pages; this example is for scripts.
  vi.stubGlobal("window", undefined);
  await import("../src/demo/snippets/openai.js" as string).finally(() => stdout.mockRestore());
  expect(said.join("")).toContain("Hello");
  const [url, init] = fetched.mock.calls[0] as unknown as [string, { headers: Headers; body: string }];
  expect(url).toBe("http://127.0.0.1:8787/v1/chat/completions");
  expect(new Headers(init.headers).get("authorization")).toBe("Bearer sat_test");
  expect(JSON.parse(init.body)).toMatchObject({ model: "satchel/preferred", stream: true });
});

test("the page shows the files themselves, with its own server's address", () => {
  expect(SNIPPETS.map(({ name }) => name)).toEqual(["JavaScript", "OpenAI SDK", "window.ai"]);
  expect(SNIPPETS[1]?.code).toContain(`baseURL: "${location.origin}/v1"`);
  for (const { code } of SNIPPETS) {
    expect(Math.max(...code.split("\n").map((line) => line.length))).toBeLessThanOrEqual(60);
  }
});
