import { describe, expect, it, vi } from "vitest";
import type { Browser } from "wxt/browser";
import { Callers } from "../../src/worker/callers";
import { PagePort } from "../../src/worker/page-port";
import { TopOrigins } from "../../src/worker/top-origins";
import { memoryKeyValue } from "./memory-key-value";
import { turn } from "./turn";

type Sender = Browser.runtime.MessageSender;

/** Reads a sender whose tab shows `top`. */
function of(sender: object, top: string | null = null, opaque = false) {
  const callers = new Callers({ of: async () => top } as unknown as TopOrigins);
  return callers.of({ tab: { id: 7 }, frameId: 0, ...sender } as unknown as Sender, opaque);
}

describe("who asks", () => {
  it("B2: is the origin that the browser names, exactly, and never the address around it", async () => {
    const told = await of({ origin: "https://a.example", url: "https://a.example/path?b#c" });
    expect(told).toEqual({ origin: "https://a.example", embedder: null, tabId: 7, frameId: 0 });
    expect((await of({ url: "https://a.example:8443/path" })).origin).toBe("https://a.example:8443");
  });

  it("A15: a frame of the page's own origin shares its grant, one of another origin asks for itself", async () => {
    const sender = { origin: "https://a.example", frameId: 3 };
    expect(await of(sender, "https://a.example")).toMatchObject({ embedder: null });
    expect(await of(sender, "https://b.example")).toMatchObject({ embedder: "https://b.example" });
  });

  it.each([
    ["https://b.example", { origin: "https://b.example" }],
    ["https://b.example", { url: "https://b.example/path" }],
    [null, { origin: "null" }],
    [null, { origin: "file://", url: "file:///home/page.html" }],
    [null, { url: "file:///home/page.html" }],
  ])("A15: takes %s for the page around a frame, of what the browser says of it: %j", async (top, facts) => {
    const tops = new TopOrigins({
      sendMessage: async () => tops.heard({ tab: { id: 7 }, frameId: 0, ...facts } as unknown as Sender),
    });
    expect(await tops.of(7)).toBe(top);
  });

  it("A15: waits a second for the page around it, and a frame that asked before takes no time from one that asks now", async () => {
    vi.useFakeTimers();
    try {
      const tops = new TopOrigins({ sendMessage: async () => undefined });
      const told: unknown[] = [];
      void tops.of(7).then((top) => told.push(top));
      await vi.advanceTimersByTimeAsync(900);
      void tops.of(7).then((top) => told.push(top));
      await vi.advanceTimersByTimeAsync(200);
      expect(told).toEqual([null]);
      tops.heard({ tab: { id: 7 }, frameId: 0, origin: "https://b.example" } as unknown as Sender);
      await vi.advanceTimersByTimeAsync(0);
      expect([told, vi.getTimerCount()]).toEqual([[null, "https://b.example"], 0]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("A15: where one asks in vain, another who asked of the same tab goes on waiting", async () => {
    let fail: () => void = () => undefined;
    const sends = [new Promise((_, reject) => (fail = () => reject(new Error("nobody there")))), Promise.resolve()];
    const tops = new TopOrigins({ sendMessage: () => sends.shift() ?? Promise.resolve() });
    const both = [tops.of(7), tops.of(7)];
    fail();
    expect(await both[0]).toBeNull();
    tops.heard({ tab: { id: 7 }, frameId: 0, origin: "https://b.example" } as unknown as Sender);
    expect(await both[1]).toBe("https://b.example");
  });

  it.each([
    ["opaque_origin", { origin: "null" }, null, false],
    ["opaque_origin", { origin: "https://a.example" }, null, true],
    ["opaque_origin", {}, null, false],
    ["opaque_origin", { origin: "file://", url: "file:///etc/passwd" }, null, true],
    ["insecure_origin", { origin: "http://a.example" }, null, false],
    ["insecure_origin", { origin: "http://localhost.a.example" }, null, false],
    ["insecure_origin", { origin: "file://" }, null, false],
    ["no_tab", { origin: "https://a.example", tab: undefined }, null, false],
    ["unknown_top", { origin: "https://a.example", frameId: 3 }, null, false],
  ])("A15: refuses with %s what has no origin to consent to: %j", async (satchelCode, sender, top, opaque) => {
    await expect(of(sender, top, opaque)).rejects.toMatchObject({ code: 4100, data: { satchelCode } });
  });
});

/** The port of a frame of another origin; `tops` is what is heard of the page around it, one by one. */
function stage(...tops: (string | null)[]) {
  const asked: number[] = [];
  const callers = new Callers({
    of: async (tabId: number) => {
      asked.push(tabId);
      return tops.shift() ?? null;
    },
  } as never);
  const sent: { result?: unknown; error?: { data?: { satchelCode?: string } } }[] = [];
  let say: (message: unknown) => void = () => undefined;
  const port = {
    sender: { origin: "https://widget.example", tab: { id: 7 }, frameId: 3 },
    onMessage: { addListener: (listener: typeof say) => (say = listener) },
    onDisconnect: { addListener: () => undefined },
    postMessage: (message: (typeof sent)[number]) => sent.push(message),
  };
  const withdraws = { cancel: () => undefined };
  new PagePort(
    port as unknown as Browser.runtime.Port,
    {
      callers,
      pace: { take: () => true },
      settings: { paused: async () => false },
      grants: { state: async ({ embedder }: { embedder: string }) => embedder },
      session: memoryKeyValue(),
      ...{ generations: withdraws, permissions: withdraws, changes: withdraws, choices: withdraws },
    } as never,
  );
  const hear = async (message: object) => {
    say({ id: "1", active: false, visible: true, opaque: false, ...message });
    await turn();
    return sent.splice(0).map(({ result, error }) => result ?? error?.data?.satchelCode);
  };
  const ask = (opaque = false) => hear({ type: "request", method: "ai_getPermissions", opaque });
  return { ask, cancel: () => hear({ type: "cancel" }), asked };
}

describe("the port of a document", () => {
  it("A15: lets a frame ask again after the page around it was too busy to say who it is, then asks that page no more", async () => {
    const { ask, asked } = stage(null, "https://top.example");
    expect(await ask()).toEqual(["unknown_top"]);
    expect(asked).toHaveLength(1);
    expect([await ask(), await ask()]).toEqual([["https://top.example"], ["https://top.example"]]);
    expect(asked).toHaveLength(2);
  });

  it("A15: goes on refusing a document without an origin, whatever it says in between", async () => {
    const { ask, cancel, asked } = stage("https://top.example");
    await cancel();
    for (let time = 0; time < 2; time++) {
      expect(await ask(true)).toEqual(["opaque_origin"]);
      await cancel();
    }
    expect(await ask()).toEqual(["opaque_origin"]);
    expect(asked).toHaveLength(1);
  });
});
