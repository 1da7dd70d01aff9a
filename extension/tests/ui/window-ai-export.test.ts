import { expect, it } from "vitest";
import { WindowAiExport } from "../../src/ui/window-ai-export";

const config = (id: string, more: object) => [`configs-${id}`, JSON.stringify({ id, auth: "key", ...more })];
const origin = (path: string, permissions: string, domain = "https://chat.example") => [
  `origins-${domain}${path}`,
  JSON.stringify({ id: domain + path, domain, path, title: "Chat", permissions }),
];
const sync = Object.fromEntries([
  config("1", { label: "OpenAI: GPT-3.5 Turbo", models: ["openai/gpt-3.5-turbo"], apiKey: "sk-one-and-only" }),
  config("2", { label: "OpenAI: GPT-4", models: ["openai/gpt-4"], apiKey: "sk-one-and-only" }),
  config("3", { label: "Local", models: [], baseUrl: "http://127.0.0.1:8000" }),
  config("4", { label: "Mirror", models: ["openai/gpt-4"], apiKey: "sk-two", baseUrl: "https://mirror.example/v1" }),
  config("5", { label: "PaLM", models: ["google/palm-2-chat-bison"], apiKey: "whose" }),
  ["configs-6", JSON.stringify({ id: "6", auth: "external", label: "OpenRouter", models: [], session: {} })],
  ["configs-default-id", JSON.stringify("2")],
  ["configs-ids", JSON.stringify(["1", "2"])],
]);
const local = Object.fromEntries([
  origin("/a", "ask"),
  origin("/b", "allow"),
  origin("/", "ask", "https://other.example"),
  origin("/", "allow", "javascript:alert(1)"),
  ["transactions-9", JSON.stringify({ id: "9", timestamp: 1, input: { prompt: "secret thoughts" } })],
]);

it("configs become keys, each once, and a key goes to no other address than it was given for", () => {
  const found = WindowAiExport.parse(JSON.stringify({ sync, local }));
  expect(found?.keys).toEqual([
    { provider: "openai", name: "OpenAI: GPT-4", secret: "sk-one-and-only", baseUrl: null },
    { provider: "custom", name: "Local", secret: "", baseUrl: "http://127.0.0.1:8000" },
    { provider: "custom", name: "Mirror", secret: "sk-two", baseUrl: "https://mirror.example/v1" },
  ]);
  expect(found?.preferred).toBe("openai/gpt-4");
});

it("F4: a Local without an address is the server where the original looked for it", () => {
  const plain = Object.fromEntries([config("1", { label: "Local", models: [] })]);
  expect(WindowAiExport.parse(JSON.stringify(plain))?.keys).toEqual([
    { provider: "custom", name: "Local", secret: "", baseUrl: "http://127.0.0.1:8000" },
  ]);
});

it("F4: what has no place here is named: a key of nobody, a sign-in, a default without a model, who answered for a model", () => {
  const rules = { "configs-default-id": '"6"', "configs-model-handlers-openai/gpt-4": '["4", "2"]' };
  const found = WindowAiExport.parse(JSON.stringify({ ...sync, ...rules }));
  expect(found?.preferred).toBeNull();
  expect(found?.left).toEqual([
    { kind: "key", name: "PaLM", model: "google/palm-2-chat-bison" },
    { kind: "session", name: "OpenRouter" },
    { kind: "default", name: "OpenRouter" },
    { kind: "rule", name: "Mirror", model: "openai/gpt-4" },
  ]);
});

it("paths become one site, which says whether any of them was allowed; prompts stay in the history", () => {
  const found = WindowAiExport.parse(JSON.stringify({ ...sync, ...local }));
  expect(found?.sites).toEqual([
    { origin: "https://chat.example", title: "Chat", allowed: true },
    { origin: "https://other.example", title: "Chat", allowed: false },
  ]);
  expect(found?.history).toHaveLength(1);
  expect(JSON.stringify(found?.history)).toContain("secret thoughts");
  expect(JSON.stringify({ ...found, history: [] })).not.toContain("secret thoughts");
});

it.each(["", "not JSON", "[]", "null", '{"a": 1}', '{"configs-1": "{"}'])("%j has nothing of it", (text) => {
  expect(WindowAiExport.parse(text)).toBeNull();
});
