import { describe, expect, it } from "vitest";
import type { Browser } from "wxt/browser";
import { Callers } from "../../src/worker/callers";
import { TopOrigins } from "../../src/worker/top-origins";

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
