import { beforeEach, describe, expect, it } from "vitest";
import type { Browser } from "wxt/browser";
import { Relay } from "../../src/page/relay";
import type { RelaySurroundings } from "../../src/page/relay-surroundings";

class FakePort {
  readonly sent: Record<string, unknown>[] = [];
  isOpen = true;
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
  disconnect() {
    this.isOpen = false;
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
const facts = { origin: "https://a.example", active: false, early: false, visible: true };

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
    orphaned: () => !alive,
    active: () => facts.active,
    early: () => facts.early,
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

  it("says once that a request is stopped, however often the page does, and once more to the next worker", () => {
    ask("1");
    for (let times = 0; times < 70; times += 1) relay.fromPage({ id: "1", cancel: true });
    expect(ports[0]?.sent.map(({ type }) => type)).toEqual(["request", "cancel"]);
    ports[0]?.drop();
    runLater();
    expect(ports[1]?.sent.map(({ type, id }) => [type, id])).toEqual([
      ["request", "1"],
      ["cancel", "1"],
    ]);
    ports[1]?.say({ id: "1", error: { code: 4001, message: "Stopped" } });
    ask("1");
    expect(ports[1]?.sent.slice(2).map(({ type }) => type)).toEqual(["request"]);
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

  it("A16: finds out with the page's sign of life that the extension is gone, though no port said so", () => {
    ask("1");
    relay.fromPage({ probe: 1 });
    expect(page).toEqual([{ probe: 1 }]);
    alive = false;
    relay.fromPage({ probe: 2 });
    expect(page.slice(1)).toEqual([
      expect.objectContaining({ id: "1", error: expect.objectContaining({ code: 4900 }) }),
      { probe: 2 },
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

  it("A16: has the worker stop what is open when the page is put away, and says so when it is back", () => {
    ask("1");
    relay.pageHidden();
    expect(ports[0]?.isOpen).toBe(false);
    ask("asked on the way out");
    expect([ports.length, page]).toEqual([1, []]);
    relay.pageShown();
    const error = expect.objectContaining({ code: 4900, data: { satchelCode: "page_hidden" } });
    expect(page).toEqual([
      { id: "1", error },
      { id: "asked on the way out", error },
    ]);
    ask("2");
    expect(ports[1]?.sent).toEqual([expect.objectContaining({ type: "request", id: "2" })]);
    relay.pageShown();
    expect(page).toHaveLength(2);
  });

  it("A16: asks nothing for a document that is only prepared, until the person comes to it", () => {
    facts.early = true;
    ask("1");
    relay.visibilityChanged();
    expect(ports).toHaveLength(0);
    facts.early = false;
    relay.visibilityChanged();
    expect(ports[0]?.sent[0]).toMatchObject({ type: "request", id: "1" });
  });

  it("A16: takes no more than 16 MiB of open requests of one document", () => {
    const large = "x".repeat(6 * 1024 * 1024);
    for (const id of ["1", "2", "3"]) relay.fromPage({ id, method: "ai_generate", params: large });
    const error = expect.objectContaining({ code: 4290, data: expect.objectContaining({ retryable: true }) });
    expect([ports[0]?.sent.length, page]).toEqual([2, [{ id: "3", error }]]);
    ports[0]?.say({ id: "1", result: null });
    relay.fromPage({ id: "4", method: "ai_generate", params: large });
    expect(ports[0]?.sent.at(-1)).toMatchObject({ id: "4" });
  });

  it("E4: passes on what it has weighed and nothing beside it, whoever got hold of the port", () => {
    const heavy = { buffer: new ArrayBuffer(64), map: new Map([["x", "y"]]), text: "x" };
    relay.fromPage({ id: "1", method: "ai_generate", params: heavy });
    expect(ports[0]?.sent[0]?.["params"]).toStrictEqual({ buffer: {}, map: {}, text: "x" });
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    relay.fromPage({ id: "2", method: "ai_generate", params: cyclic });
    expect(page).toEqual([{ id: "2", error: expect.objectContaining({ code: -32600 }) }]);
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
