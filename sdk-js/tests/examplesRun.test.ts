// @vitest-environment happy-dom
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as satchel from "satchel";
import * as components from "satchel/components";
import * as polyfill from "satchel/polyfill";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { aResult } from "./fakeTransport.js";

type Call = { method: string; params?: { messages?: { role: string }[]; responseFormat?: unknown; tools?: object[] } };

let asked: Call[] = [];
let answers: (call: Call) => Record<string, unknown> | undefined = () => undefined;

beforeEach(() => {
  asked = [];
  answers = () => undefined;
  document.body.innerHTML = "";
  Object.assign(window, {
    ai: {
      async request(call: Call, { onEvent }: { onEvent?: (event: object) => void } = {}) {
        asked.push(call);
        if (call.method !== "ai_generate") return { state: "granted", capabilities: [] };
        const changes = answers(call) ?? { text: "Because of frost." };
        if (changes.text)
          for (const delta of String(changes.text).split(/(?<= )/)) onEvent?.({ type: "text-delta", delta });
        return aResult(changes);
      },
    },
  });
});
afterEach(() => {
  Reflect.deleteProperty(window, "ai");
});

test("the plain page shows the answer, the model and the price, and explains a refusal", async () => {
  document.body.innerHTML = `<form><textarea>Why?</textarea><button id="stop"></button></form><output></output>`;
  await import("../examples/plainPage.js");
  const submit = () => document.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
  const shown = () => document.querySelector("output")?.textContent;
  submit();
  await vi.waitFor(() => expect(shown()).toBe("Because of frost.\n\nsmollm2/smollm2-135m-instruct, $0.0000"));
  answers = () => {
    throw Object.assign(new Error("No."), { code: 4001 });
  };
  submit();
  await vi.waitFor(() => expect(shown()).toContain("You said no, and that is fine."));
});

test("the agent looks into its note and writes a plan", async () => {
  const toolCalls = [{ id: "call_1", name: "find_note", arguments: '{"title":"garden"}' }];
  answers = ({ params }) =>
    params?.messages?.some(({ role }) => role === "tool")
      ? { text: '{"title":"Tulips","steps":["dig"]}' }
      : { text: "", toolCalls, finishReason: "tool_calls" };
  await import("../examples/agent.js");
  expect(document.body.textContent).toBe('looking into {"title":"garden"}\nTulips: dig ($0)');
  expect(asked[1]?.params?.messages?.at(-1)).toMatchObject({ content: "Plant tulips before the first frost." });
});

test("one line makes OpenAI's SDK, and Vercel's, ask the visitor's model", async () => {
  await import("../examples/oneLine.js");
  expect(document.body.textContent).toBe("Because of frost.");
  document.body.textContent = "";
  answers = ({ params }) => (params?.responseFormat ? { text: '{"name":"Soup","steps":[]}' } : undefined);
  await import("../examples/aiSdk.js");
  expect(document.body.textContent).toBe("Because of frost.Soup");
});

test("the page for visitors with and without the extension takes the extension where there is one", async () => {
  document.body.innerHTML = `<satchel-sign-in></satchel-sign-in><button id="ask"></button><output></output>`;
  await import("../examples/withoutExtension.js");
  document.querySelector<HTMLElement>("#ask")?.click();
  await vi.waitFor(() => expect(document.querySelector("output")?.textContent).toBe("Because of frost."));
});

/** The pieces of code in a document, made a function of what they say nothing about. */
function pieces(path: string): ((around: object) => Promise<unknown>)[] {
  const text = readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");
  const modules: Record<string, object> = { satchel, "satchel/components": components, "satchel/polyfill": polyfill };
  const AsyncFunction = (async () => undefined).constructor as new (
    ...code: string[]
  ) => (...given: unknown[]) => Promise<unknown>;
  return [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code = ""]) => {
    const body = code.replace(/import (\{[^}]*\}) from ("[^"]+");/g, "const $1 = modules[$2];");
    return (around) => new AsyncFunction("modules", ...Object.keys(around), body)(modules, ...Object.values(around));
  });
}

test("what the README and the how-to show runs as it stands, in their order", async () => {
  const output = document.createElement("output");
  const [first, stream, transports, signIn, builtIn, ...more] = pieces("../README.md");
  expect(more).toEqual([]);
  await first?.({});
  await stream?.({ ai: await satchel.createClient(), output });
  await transports?.({ ask: () => "own", document });
  document.body.innerHTML = "<satchel-sign-in></satchel-sign-in>";
  await signIn?.({ session: satchel.oauth({ server: "https://satchel.example" }) });
  await builtIn?.({ output });
  const [howTo, ...others] = pieces("../../docs/how-to/ask-from-a-page.md");
  expect(others).toEqual([]);
  await howTo?.({ output });
  expect(output.textContent).toBe("Because of frost.".repeat(3));
  expect(asked.filter(({ method }) => method === "ai_generate")).toHaveLength(4);
});
