import { builtInAI } from "../../src/polyfill/polyfill.js";
import type { TransportRequest } from "../../src/Transport.js";
import { aResult, type FakeTransport, fakeTransport } from "../fakeTransport.js";

/** What the person's side answers with, until a test changes it. */
export interface Person {
  state: "granted" | "prompt" | "denied";
  contextLength: number | undefined;
  capabilities: string[];
  /** Answers the consent window; throws to say no. */
  decide: () => unknown;
  /** Answers `ai_generate`: a text, deltas, or a whole result. */
  say: (call: TransportRequest) => unknown;
}

/** The built-in objects over a transport in the test's hands. */
export function scene(changes: Partial<Person> = {}): {
  ai: ReturnType<typeof builtInAI>;
  person: Person;
  transport: FakeTransport;
  /** The messages of each `ai_generate`. */
  asked: () => Record<string, unknown>[];
  /** The messages of the latest one. */
  heard: () => { role: string; content: string }[];
} {
  const person: Person = {
    state: "granted",
    contextLength: undefined,
    capabilities: ["chat", "tools", "images", "json_schema"],
    decide: () => ({ permissions: [] }),
    say: () => "Hello",
    ...changes,
  };
  const transport = fakeTransport((call) => reply(person, call));
  const ai = builtInAI({ transport: transport.connect });
  const generations = () => transport.calls.filter(({ method }) => method === "ai_generate");
  const asked = () => generations().map(({ params }) => params as Record<string, unknown>);
  const heard = () => (asked().at(-1)?.messages ?? []) as { role: string; content: string }[];
  return { ai, person, transport, asked, heard };
}

async function reply(person: Person, call: TransportRequest): Promise<unknown> {
  const { contextLength, capabilities } = person;
  switch (call.method) {
    case "ai_getPermissions":
      return { state: person.state, capabilities: [] };
    case "ai_requestPermissions":
      return person.decide();
    case "ai_getCurrentModel":
      return { model: "a/b" };
    case "ai_listModels":
      return {
        models: [{ id: "a/b", name: "B", capabilities, ...(contextLength !== undefined && { contextLength }) }],
      };
    default:
      return said(await person.say(call), call);
  }
}

/** A text is streamed in one piece, a list of texts in as many; a result goes as it is. */
function said(answer: unknown, call: TransportRequest): unknown {
  if (typeof answer !== "string" && !Array.isArray(answer)) return answer;
  const deltas = [answer].flat() as string[];
  for (const delta of deltas) call.onEvent?.({ type: "text-delta", delta });
  return aResult({ text: deltas.join(""), usage: { inputTokens: 0, outputTokens: 0, estimated: true } });
}

/** A generation that answers when told, and stops when its signal says so. */
export function slow(): {
  say: Person["say"];
  finish: (text: string) => void;
  begun: () => number;
  stopped: () => number;
} {
  const waiting: ((text: string) => void)[] = [];
  let stopped = 0;
  return {
    begun: () => waiting.length,
    stopped: () => stopped,
    finish: (text) => {
      for (const go of waiting) go(text);
    },
    say: (call) =>
      new Promise((resolve, reject) => {
        waiting.push(resolve);
        call.signal?.addEventListener("abort", () => {
          stopped += 1;
          reject(new DOMException("The generation was stopped by the page.", "AbortError"));
        });
      }),
  };
}

/** Read a stream to its end, or to its error. */
export async function read(stream: ReadableStream<string>): Promise<string[]> {
  const chunks: string[] = [];
  for await (const chunk of stream as unknown as AsyncIterable<string>) chunks.push(chunk);
  return chunks;
}
