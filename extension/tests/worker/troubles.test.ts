import { describe, expect, it } from "vitest";
import { OWN, Stage } from "./stage";
import { turn } from "./turn";

const decide = (worker: Stage, isRight: boolean) => worker.troubles.decide(worker.troubled[0] ?? "", isRight);

describe("a key that keeps a page from its answer", () => {
  it("B4: is put right while the page waits: the same request goes on, whoever waits for the same key with it", async () => {
    const worker = new Stage();
    const first = worker.ask("1");
    const second = worker.ask("2");
    await turn();
    worker.failed(0, "key_rejected");
    worker.failed(1, "key_rejected");
    await turn();
    expect(worker.troubled).toHaveLength(1);
    expect(worker.troubles.of(worker.troubled[0] ?? "")).toMatchObject({ kind: "key", origin: "https://a.example" });
    expect(worker.generations.live().map(({ state }) => state)).toEqual(["asking", "asking"]);
    decide(worker, true);
    await turn();
    expect([worker.sent.length, worker.troubled]).toEqual([4, []]);
    worker.started(2, "gen_3");
    worker.text("gen_3", 1, "Hello");
    worker.finished("gen_3", 2);
    expect(first.replies.map(({ kind }) => kind)).toEqual(["event", "result"]);
    expect(second.replies).toEqual([]);
  });

  it("B5: without credit is the provider's to fill; Cancel and a closed window tell the page what was wrong", async () => {
    const worker = new Stage();
    const { replies } = worker.ask("1");
    await turn();
    worker.failed(0, "key_exhausted");
    await turn();
    expect(worker.troubles.of(worker.troubled[0] ?? "")?.kind).toBe("credit");
    worker.troubles.closed("window", 1);
    await turn();
    expect(replies).toMatchObject([{ error: { code: 4300, data: { satchelCode: "key_exhausted", status: 402 } } }]);
    expect(worker.generations.live()).toEqual([]);
  });

  it("asks nobody for pages in the background, for our own screens, and after the first word", async () => {
    const worker = new Stage();
    const caller = { origin: OWN, embedder: null, tabId: 1, frameId: 0 };
    const ends = [worker.ask("1", { visible: false }), worker.ask("2", { caller }), worker.ask("3")];
    await turn();
    worker.failed(0, "key_rejected");
    worker.failed(1, "key_rejected");
    worker.started(2, "gen_1");
    worker.text("gen_1", 1, "He");
    worker.failed(2, "key_rejected");
    await turn();
    expect(ends.map(({ replies }) => replies.at(-1)?.kind)).toEqual(["error", "error", "error"]);
    expect(worker.troubled).toEqual([]);
  });

  it("is forgotten with the page that waited for it", async () => {
    const worker = new Stage();
    const { sink } = worker.ask("1");
    await turn();
    worker.failed(0, "key_missing");
    await turn();
    worker.generations.abandon(sink);
    await turn();
    expect([worker.troubled, worker.generations.live()]).toEqual([[], []]);
  });
});

describe("a locked vault", () => {
  const LOCKED = { unlockable: true };

  it("holds every page until it is unlocked, wherever that is; nothing is sent before, then all go on", async () => {
    const worker = new Stage();
    const caller = { origin: "https://b.example", embedder: null, tabId: 2, frameId: 0 };
    worker.ask("1");
    worker.ask("2", { caller });
    await turn();
    worker.failed(0, "vault_locked", { ...LOCKED, provider: "openai" });
    worker.failed(1, "vault_locked", { ...LOCKED, provider: "anthropic" });
    await turn();
    expect([worker.troubled.length, worker.sent.length]).toEqual([1, 2]);
    expect(worker.troubles.of(worker.troubled[0] ?? "")).toMatchObject({ kind: "vault", origin: "https://a.example" });
    worker.troubles.unlocked();
    await turn();
    expect([worker.troubled.length, worker.sent.length]).toEqual([0, 4]);
  });

  it("tells the page so when the person cancels or closes the window, and when no window can be shown", async () => {
    const worker = new Stage();
    const cancelled = worker.ask("1");
    await turn();
    worker.failed(0, "vault_locked", LOCKED);
    await turn();
    decide(worker, false);
    await turn();
    worker.windowsFail = true;
    const unshown = worker.ask("2");
    await turn();
    worker.failed(1, "vault_locked", LOCKED);
    await turn();
    for (const { replies } of [cancelled, unshown]) {
      expect(replies).toMatchObject([{ error: { code: 4300, data: { satchelCode: "vault_locked" } } }]);
    }
    expect([worker.sent.length, worker.troubled]).toEqual([2, []]);
  });

  it("that this browser opens by itself delays a page in front, behind, or our own, and asks nobody", async () => {
    const worker = new Stage();
    worker.opensByItself = true;
    const caller = { origin: OWN, embedder: null, tabId: 1, frameId: 0 };
    worker.ask("1");
    worker.ask("2", { visible: false });
    worker.ask("3", { caller });
    await turn();
    for (const index of [0, 1, 2]) worker.failed(index, "vault_locked", LOCKED);
    await turn();
    expect([worker.sent.length, worker.troubled]).toEqual([6, []]);
  });

  it("that unlocking would not open is a key to be put right", async () => {
    const worker = new Stage();
    worker.ask("1");
    await turn();
    worker.failed(0, "vault_locked");
    await turn();
    worker.troubles.unlocked();
    expect(worker.troubles.of(worker.troubled[0] ?? "")?.kind).toBe("key");
  });
});
