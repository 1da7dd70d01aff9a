import { afterEach, describe, expect, it } from "vitest";
import { Provider } from "../../src/page/provider";
import { Relay } from "../../src/page/relay";
import { windowAi } from "../../src/page/window-ai";
import { ChatBody } from "../../src/wire/chat-body";
import { privatePair } from "./private-pair";

type Ai = Record<
  | "request"
  | "chat"
  | "embed"
  | "generateImage"
  | "speak"
  | "transcribe"
  | "listModels"
  | "requestPermissions"
  | "generateText",
  Ask
>;
type Ask = (...args: unknown[]) => Promise<unknown>;

const undo: (() => void)[] = [];
afterEach(() => {
  for (const put of undo.splice(0)) put();
});

/** Replaces a member of a prototype as a hostile script does, until the test is over. */
function replace(target: object, name: string, descriptor: PropertyDescriptor): void {
  const before = Object.getOwnPropertyDescriptor(target, name) as PropertyDescriptor;
  Object.defineProperty(target, name, { configurable: true, ...descriptor });
  undo.push(() => Object.defineProperty(target, name, before));
}

describe("a script that replaces what the page's world is made of", () => {
  it("E4: gets hold neither of the private port nor of what it carries", async () => {
    const pair = privatePair();
    pair.answer(({ id }) => pair.post({ id, result: "secret answer" }));
    const seen: unknown[] = [];
    const call = Function.prototype.call;
    const bind = Reflect.apply;
    replace(MessagePort.prototype, "postMessage", { value: (message: unknown) => seen.push(message), writable: true });
    replace(Function.prototype, "call", {
      writable: true,
      value: function (this: unknown, ...args: unknown[]) {
        if (args[0] instanceof MessagePort) seen.push(args);
        return bind(call, this, args);
      },
    });
    const asking = pair.channel.call("ai_generate", { messages: "secret prompt" }).catch(() => null);
    for (const put of undo.splice(0)) put();
    expect(await asking).toBe("secret answer");
    expect(seen).toEqual([]);
    pair.close();
  });
});

describe("a script that puts fields on Object.prototype", () => {
  it("E4: neither hears nor stops the calls of others with them, and breaks none", async () => {
    const pair = privatePair();
    pair.answer(({ id }) => {
      pair.post({ id, seq: 1, event: { type: "text-delta", delta: "Hello" } });
      pair.post({ id, result: { finishReason: "stop" } });
    });
    const heard: unknown[] = [];
    const polluted = {
      signal: AbortSignal.abort(),
      onEvent: (event: unknown) => heard.push(event),
      probe: 1,
      push: "x",
    };
    const ai = windowAi(new Provider(pair.channel)) as unknown as Ai;
    Object.assign(Object.prototype, polluted);
    const prototype = Object.prototype as unknown as Record<string, unknown>;
    undo.push(() => {
      for (const name of Object.keys(polluted)) delete prototype[name];
    });
    const params = JSON.parse('{"messages":[{"role":"user","content":"hi"}],"__proto__":{"model":"evil/model"}}');
    const ends = await Promise.allSettled([
      ai.request({ method: "ai_generate", params }),
      ai.chat("hi"),
      ai.embed("hi"),
      ai.generateImage("a hat"),
      ai.speak("hi"),
      ai.transcribe("data:audio/wav;base64,AAAA"),
      ai.listModels(),
      ai.requestPermissions(),
      ai.generateText({ prompt: "hi" }),
    ]);
    for (const put of undo.splice(0)) put();
    expect(ends.map(({ status }) => status)).toEqual(ends.map(() => "fulfilled"));
    expect(heard).toEqual([]);
    expect(pair.cancelled).toEqual([]);
    expect(ChatBody.fromParams(Object(pair.asked[0]?.params))).toMatchObject({ model: ChatBody.PREFERRED });
    pair.close();
  });
});

describe("a page that got hold of the port all the same", () => {
  it("A16: is answered for whatever it sends, and the relay keeps a bounded number of it", () => {
    const page: unknown[] = [];
    const port = {
      postMessage: () => undefined,
      onMessage: { addListener: () => undefined },
      onDisconnect: { addListener: () => undefined },
    };
    const relay = new Relay({ postMessage: (message: unknown) => void page.push(message) } as MessagePort, {
      connect: () => port as never,
      orphaned: () => false,
      active: () => false,
      early: () => false,
      visible: () => true,
      origin: () => "https://a.example",
      later: () => 0,
    });
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    relay.fromPage({ id: "circular", method: "ai_generate", params: circular });
    relay.fromPage({ id: "big", method: "ai_generate", params: { count: 1n } });
    expect(page).toMatchObject([
      { id: "circular", error: { code: -32600 } },
      { id: "big", error: { code: -32600 } },
    ]);
    for (let index = 0; index < 1_000; index += 1) relay.fromPage({ id: String(index), method: "ai_x", params: null });
    expect(page.slice(2)).toHaveLength(1_000 - 256);
    expect(page.at(-1)).toMatchObject({ id: "999", error: { code: 4290 } });
  });
});
