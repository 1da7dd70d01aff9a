import { beforeEach, describe, expect, it } from "vitest";
import type { Browser } from "wxt/browser";
import { Relay } from "../../src/page/relay";
import type { RelaySurroundings } from "../../src/page/relay-surroundings";

class FakePort {
  readonly sent: Record<string, unknown>[] = [];
  private readonly messages: ((message: unknown) => void)[] = [];
  private readonly drops: (() => void)[] = [];
  readonly onMessage = { addListener: (listener: (message: unknown) => void) => this.messages.push(listener) };
  readonly onDisconnect = { addListener: (listener: () => void) => this.drops.push(listener) };
  postMessage(message: Record<string, unknown>) {
    this.sent.push(message);
  }
  say(message: unknown) {
    for (const listener of this.messages) listener(message);
  }
  drop() {
    for (const listener of this.drops) listener();
  }
}

let ports: FakePort[];
let page: unknown[];
let later: (() => void)[];
let alive: boolean;
let relay: Relay;
const facts = { origin: "https://a.example", active: false, visible: true };

beforeEach(() => {
  ports = [];
  page = [];
  later = [];
  alive = true;
  const surroundings: RelaySurroundings = {
    connect: () => {
      if (!alive) return null;
      ports.push(new FakePort());
      return ports.at(-1) as unknown as Browser.runtime.Port;
    },
    active: () => facts.active,
    visible: () => facts.visible,
    origin: () => facts.origin,
    later: (ms, run) => (ms >= 10_000 ? 0 : later.push(run)),
  };
  relay = new Relay({ postMessage: (message: unknown) => void page.push(message) } as MessagePort, surroundings);
});

const ask = (id: string) => relay.fromPage({ id, method: "ai_generate", params: { messages: [] } });
const runLater = () => {
  for (const run of later.splice(0)) run();
};

describe("the relay", () => {
  it("opens the port on the first request and not before", () => {
    expect(ports).toHaveLength(0);
    ask("1");
    expect(ports).toHaveLength(1);
    expect(ports[0]?.sent[0]).toMatchObject({ type: "request", id: "1", active: false, visible: true, opaque: false });
  });

  it("B2: tells its own observations, whatever the page writes into a message", () => {
    relay.fromPage({
      id: "1",
      method: "ai_generate",
      params: {},
      active: true,
      origin: "https://bank.example",
      resume: { after: 9 },
    });
    expect(ports[0]?.sent[0]).toMatchObject({ active: false });
    expect(ports[0]?.sent[0]).not.toHaveProperty("origin");
    expect(ports[0]?.sent[0]).not.toHaveProperty("resume");
  });

  it("A16: repeats what is open after the worker was killed, with the last number seen, and passes nothing on twice", () => {
    ask("1");
    ask("2");
    const [first] = ports;
    first?.say({ id: "1", seq: 1, event: { type: "text-delta", delta: "a" } });
    first?.say({ id: "1", seq: 2, event: { type: "text-delta", delta: "b" } });
    first?.say({ id: "2", result: 1 });
    first?.drop();
    runLater();
    expect(ports[1]?.sent).toEqual([expect.objectContaining({ id: "1", resume: { after: 2 } })]);
    ports[1]?.say({ id: "1", seq: 2, event: { type: "text-delta", delta: "b" } });
    ports[1]?.say({ id: "1", seq: 3, event: { type: "text-delta", delta: "c" } });
    ports[1]?.say({ id: "1", result: "end" });
    const text = page.map((message) => (message as { event?: { delta: string } }).event?.delta ?? "").join("");
    expect(text).toBe("abc");
  });

  it("repeats open requests also when a new one comes before the wait is over", () => {
    ask("1");
    ports[0]?.drop();
    ask("2");
    expect(ports[1]?.sent.map(({ id }) => id)).toEqual(["1", "2"]);
    runLater();
    expect(ports[1]?.sent).toHaveLength(2);
  });

  it("does not reopen the port when nothing is open", () => {
    ask("1");
    ports[0]?.say({ id: "1", result: 1 });
    ports[0]?.drop();
    runLater();
    expect(ports).toHaveLength(1);
  });

  it("A16: settles everything with 4900 when the extension is gone", () => {
    ask("1");
    alive = false;
    ports[0]?.drop();
    runLater();
    ask("2");
    expect(page).toEqual([
      expect.objectContaining({ id: "1", error: expect.objectContaining({ code: 4900 }) }),
      expect.objectContaining({ id: "2", error: expect.objectContaining({ code: 4900 }) }),
    ]);
  });

  it("A16: gives up with 4900 when the worker dies again and again", () => {
    ask("1");
    for (let round = 0; round < 10 && page.length === 0; round += 1) {
      ports.at(-1)?.drop();
      runLater();
    }
    expect(page).toEqual([expect.objectContaining({ id: "1", error: expect.objectContaining({ code: 4900 }) })]);
  });

  it("A16: cancels and settles what is open when the page is put away", () => {
    ask("1");
    relay.pageHidden();
    expect(ports[0]?.sent.at(-1)).toEqual({ type: "cancel", id: "1" });
    expect(page).toEqual([expect.objectContaining({ id: "1", error: expect.objectContaining({ code: 4900 }) })]);
  });

  it("A16: refuses what is larger than 8 MiB and survives every kind of nonsense", () => {
    for (const nonsense of [null, 1, "x", [], {}, { id: 3, method: "a" }, { id: "", method: "a" }, { id: "1" }])
      relay.fromPage(nonsense);
    expect(ports).toHaveLength(0);
    relay.fromPage({ id: "big", method: "ai_generate", params: "x".repeat(8 * 1024 * 1024 + 1) });
    expect(page).toEqual([expect.objectContaining({ id: "big", error: expect.objectContaining({ code: -32600 }) })]);
  });

  it("A11: drops a push that is meant for another origin", () => {
    relay.push({ push: "modelChanged", data: { model: "a/b" }, origin: "https://b.example" });
    relay.push({ push: "modelChanged", data: { model: "a/b" }, origin: "https://a.example" });
    expect(page).toEqual([{ push: "modelChanged", data: { model: "a/b" } }]);
  });
});
