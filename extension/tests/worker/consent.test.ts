import { describe, expect, it } from "vitest";
import { Stage } from "./stage";
import { turn } from "./turn";

const OTHER = { origin: "https://b.example", embedder: null, tabId: 2, frameId: 0 };

async function asked(worker: Stage, id = "1", more = {}) {
  const request = worker.ask(id, more);
  await turn();
  worker.failed(worker.sent.length - 1, "consent_required");
  await turn();
  return request;
}

describe("consent", () => {
  it("asks in one window, and a yes sends the same request under a new id", async () => {
    const worker = new Stage();
    await asked(worker);
    expect(worker.opened).toHaveLength(1);
    await worker.consent.decide(worker.opened[0] ?? "", { kind: "once", model: "c/d", requests: 1 });
    await turn();
    expect(worker.grants).toEqual([{ origin: "https://a.example", state: "once", caveats: { models: ["c/d"] } }]);
    expect(worker.closed).toEqual([1]);
    expect(worker.sent[1]).toMatchObject({ type: "generate", origin: "https://a.example" });
    expect(worker.clientId(1)).not.toBe(worker.clientId(0));
  });

  it("asks about a granted model that has gone with its key where somebody has just acted, and the chosen one answers", async () => {
    const worker = new Stage();
    const params = { model: "lab:gone", messages: [{ role: "user", content: "hi" }] };
    const { replies } = worker.ask("1", { params, active: true });
    await turn();
    worker.failed(0, "key_gone", { origin: "https://a.example", model: "lab:gone" });
    await turn();
    const [id = ""] = worker.opened;
    expect((await worker.consent.question(id))?.question).toMatchObject({ model: "lab:gone", requests: 1 });
    const caveats = { models: ["a/other"], budget: null, rate_per_minute: null, expires_at: null, local_only: false };
    await worker.consent.decide(id, { kind: "always", model: "a/other", caveats });
    await turn();
    expect(worker.grants).toMatchObject([{ state: "allowed", caveats: { models: ["a/other"] } }]);
    expect(worker.sent[1]).toMatchObject({ type: "generate", request: { model: "a/other" } });
    worker.started(1, "gen_1");
    worker.finished("gen_1", 1);
    expect(replies.map(({ kind }) => kind)).toEqual(["result"]);
  });

  it("tells of a granted model that has gone with its key, and asks nobody, where nobody has acted or no chat is asked for", async () => {
    const embedding = { kind: "embeddings" as const, params: { model: "lab:gone", input: "a" }, active: true };
    for (const more of [{ active: false }, embedding]) {
      const worker = new Stage();
      const { replies } = worker.ask("1", more);
      await turn();
      worker.failed(0, "key_gone", { model: "lab:gone" });
      await turn();
      expect([worker.opened, worker.troubled]).toEqual([[], []]);
      expect(replies).toMatchObject([{ error: { code: 4300, data: { satchelCode: "key_gone", status: 401 } } }]);
    }
  });

  it("sends the model that the person chose", async () => {
    const worker = new Stage();
    await asked(worker);
    const caveats = {
      models: ["c/d"],
      budget: { cap_nusd: 500_000_000, period: "week" as const },
      rate_per_minute: null,
      expires_at: null,
      local_only: false,
    };
    await worker.consent.decide(worker.opened[0] ?? "", { kind: "always", model: "c/d", caveats });
    await turn();
    expect(worker.grants).toEqual([{ origin: "https://a.example", state: "allowed", caveats }]);
    expect(worker.sent[1]).toMatchObject({ request: { model: "c/d" } });
  });

  it("B3: opens one window for ten requests of a site, and one answer settles all, each under its own grant", async () => {
    const worker = new Stage();
    const requests = await Promise.all(Array.from({ length: 10 }, (_, index) => worker.ask(String(index))));
    await turn();
    for (let index = 0; index < 10; index += 1) worker.failed(index, "consent_required");
    await turn();
    expect(worker.opened).toHaveLength(1);
    expect((await worker.consent.question(worker.opened[0] ?? ""))?.question.requests).toBe(10);
    await worker.consent.decide(worker.opened[0] ?? "", { kind: "once", model: "c/d", requests: 10 });
    for (let index = 10; index < 20; index += 1) {
      await turn();
      expect(worker.sent).toHaveLength(index + 1);
      worker.started(index, `gen_${index}`);
      worker.finished(`gen_${index}`, 1);
    }
    expect(worker.grants).toHaveLength(10);
    expect(requests.every(({ replies }) => replies[0]?.kind === "result")).toBe(true);
  });

  it("B1: B3: shows what each of a site's requests would send, and stores none of it", async () => {
    const worker = new Stage();
    await asked(worker);
    await asked(worker, "2", { params: { messages: [{ role: "user", content: "a secret of the page" }] } });
    const id = worker.opened[0] ?? "";
    const { requests } = worker.consent.asked(id);
    expect(requests.map(({ first }) => first[0]?.parts)).toMatchObject([
      [{ text: "hi" }],
      [{ text: "a secret of the page" }],
    ]);
    expect((await worker.consent.question(id))?.question.readable).toBe(true);
    expect(JSON.stringify(await worker.session.list(""))).not.toContain("a secret of the page");
    await worker.consent.decide(id, { kind: "deny" });
    expect(worker.consent.asked(id)).toEqual({ requests: [], leftOut: 0 });
  });

  it("has every request of a site answered by the model that was shown, whatever the others named", async () => {
    const worker = new Stage();
    const messages = [{ role: "user", content: "hi" }];
    for (const [id, model] of Object.entries({ first: "tiny/free", second: "big/dear" })) {
      worker.ask(id, { params: { model, messages } });
    }
    await turn();
    worker.failed(0, "consent_required");
    worker.failed(1, "consent_required");
    await turn();
    await worker.consent.decide(worker.opened[0] ?? "", { kind: "once", model: "tiny/free", requests: 2 });
    await turn();
    worker.started(2, "gen_2");
    await turn();
    const models = worker.sent.slice(2).map((frame) => (frame.type === "generate" ? frame.request.model : null));
    expect(models).toEqual(["tiny/free", "tiny/free"]);
    expect(worker.grants.map(({ caveats }) => caveats?.models)).toEqual([["tiny/free"], ["tiny/free"]]);
  });

  it("does not let through what came after the person looked", async () => {
    const worker = new Stage();
    await asked(worker);
    await asked(worker, "2");
    const once = { kind: "once", model: "c/d", requests: 1 } as const;
    await expect(worker.consent.decide(worker.opened[0] ?? "", once)).rejects.toThrow("asked for more");
    expect(worker.grants).toEqual([]);
    await worker.consent.decide(worker.opened[0] ?? "", { ...once, requests: 2 });
    await turn();
    expect(worker.sent).toHaveLength(3);
  });

  it("makes no grant for a request that was stopped before its turn, for another one to use", async () => {
    const worker = new Stage();
    await asked(worker);
    const { sink } = await asked(worker, "2");
    await worker.consent.decide(worker.opened[0] ?? "", { kind: "once", model: "c/d", requests: 2 });
    await turn();
    worker.generations.abandon(sink);
    worker.started(2, "gen_2");
    await turn();
    expect(worker.grants).toHaveLength(1);
  });

  it("B1: takes a closed window as a no", async () => {
    const worker = new Stage();
    const { replies } = await asked(worker);
    await worker.consent.closed("window", 1);
    await turn();
    expect(replies).toMatchObject([{ error: { code: 4001, data: { satchelCode: "consent_denied" } } }]);
  });

  it("refuses silently for a minute after a no, unless the person acts on the page", async () => {
    const worker = new Stage();
    await asked(worker);
    await worker.consent.decide(worker.opened[0] ?? "", { kind: "deny" });
    const silent = await asked(worker, "2");
    expect(silent.replies).toMatchObject([{ error: { code: 4001 } }]);
    expect(worker.opened).toHaveLength(1);
    await asked(worker, "3", { active: true });
    expect(worker.opened).toHaveLength(2);
  });

  it("shows one site's question at a time, and the next one afterwards", async () => {
    const worker = new Stage();
    await asked(worker);
    await asked(worker, "2", { caller: OTHER });
    expect(worker.opened).toHaveLength(1);
    expect(worker.waiting.at(-1)).toBe(1);
    expect((await worker.consent.question(worker.opened[0] ?? ""))?.others).toBe(1);
    await worker.consent.decide(worker.opened[0] ?? "", { kind: "deny" });
    expect(worker.opened).toHaveLength(2);
  });

  it("waits with a badge while the tab is hidden, and asks when it is shown", async () => {
    const worker = new Stage();
    await asked(worker, "1", { visible: false });
    expect(worker.opened).toEqual([]);
    expect(worker.waiting.at(-1)).toBe(1);
    await worker.consent.visible(1, true);
    expect(worker.opened).toHaveLength(1);
    expect(worker.waiting.at(-1)).toBe(0);
  });

  it("A16: takes a window that is closed as soon as it opens for a no", async () => {
    const worker = new Stage();
    const { replies } = worker.ask("1");
    await turn();
    worker.onOpened = (id) => void worker.consent.closed("window", id);
    worker.failed(0, "consent_required");
    await turn();
    expect(replies).toEqual([expect.objectContaining({ error: expect.objectContaining({ code: 4001 }) })]);
  });

  it("B3: asks for two tabs of a site in the one that is shown, whichever of them asked first", async () => {
    const worker = new Stage();
    await asked(worker, "1", { visible: false });
    const caller = { origin: "https://a.example", embedder: null, tabId: 2, frameId: 0 };
    await asked(worker, "1", { visible: false, caller });
    await worker.consent.visible(2, true);
    await worker.consent.visible(1, false);
    expect(worker.opened).toHaveLength(1);
  });

  it("A16: asks for at most eight frames of a page, and after a no for none of them by itself", async () => {
    const worker = new Stage();
    const frame = (index: number) => ({
      origin: `https://f${index}.example`,
      embedder: "https://a.example",
      tabId: 1,
      frameId: index,
    });
    for (let index = 1; index <= 8; index += 1) await asked(worker, String(index), { caller: frame(index) });
    const ninth = await asked(worker, "9", { caller: frame(9) });
    expect(ninth.replies).toEqual([expect.objectContaining({ error: expect.objectContaining({ code: 4290 }) })]);
    await worker.consent.decide(worker.opened[0] ?? "", { kind: "deny" });
    const tenth = await asked(worker, "10", { caller: frame(10) });
    expect(tenth.replies).toEqual([expect.objectContaining({ error: expect.objectContaining({ code: 4001 }) })]);
    const wanted = await asked(worker, "11", { caller: frame(11), active: true });
    expect(wanted.replies).toEqual([]);
    const page = await asked(worker, "12");
    expect(page.replies).toEqual([]);
  });

  it("withdraws the question when the page goes away", async () => {
    const worker = new Stage();
    const { sink } = await asked(worker);
    worker.generations.abandon(sink);
    await turn();
    expect(worker.closed).toEqual([1]);
    expect(await worker.consent.question(worker.opened[0] ?? "")).toBeNull();
  });

  it("opens no window for a page that went away before the question was put", async () => {
    const worker = new Stage();
    const { sink } = worker.ask("1");
    await turn();
    worker.failed(0, "consent_required");
    worker.generations.abandon(sink);
    await turn();
    expect(worker.opened).toEqual([]);
    expect(await worker.session.list("ask:")).toEqual([]);
    await asked(worker, "2");
    expect(worker.opened).toHaveLength(1);
  });

  it("A16: outlives the worker: the page comes back and the answer still reaches it", async () => {
    const first = new Stage();
    await asked(first);
    const second = new Stage(first.session);
    second.ask("1", { after: 0 });
    await turn();
    expect(second.opened).toEqual([]);
    await second.consent.decide(first.opened[0] ?? "", { kind: "once", model: "c/d", requests: 1 });
    await turn();
    expect(second.sent[0]).toMatchObject({ type: "generate" });
  });

  it("gives an answer that came while the page was away", async () => {
    const first = new Stage();
    await asked(first);
    const second = new Stage(first.session);
    await second.consent.decide(first.opened[0] ?? "", { kind: "deny" });
    const { replies } = second.ask("1", { after: 0 });
    await turn();
    expect(replies).toMatchObject([{ error: { code: 4001 } }]);
  });

  it("A16: is a no after ten minutes, for a window that is covered is never answered", async () => {
    const worker = new Stage();
    const { replies } = worker.ask("1");
    await turn();
    worker.failed(0, "consent_required");
    await turn();
    const [[key, question]] = (await worker.session.list<{ createdAt: number }>("ask:")) as [
      [string, { createdAt: number }],
    ];
    expect(worker.looks).toHaveLength(1);
    await worker.session.set(key, { ...question, createdAt: question.createdAt - 10 * 60_000 - 1 });
    expect(await worker.consent.sweep()).toBe(false);
    await turn();
    expect(replies).toMatchObject([{ kind: "error", error: { code: 4001 } }]);
    expect(worker.closed).toEqual([1]);
    expect(worker.sent).toHaveLength(1);
  });

  it("stays open when an always cannot be stored, and says why", async () => {
    const worker = new Stage();
    const { replies } = await asked(worker);
    worker.grantsFail = true;
    const caveats = { models: null, budget: null, rate_per_minute: null, expires_at: null, local_only: false };
    const id = worker.opened[0] ?? "";
    await expect(worker.consent.decide(id, { kind: "always", model: "c/d", caveats })).rejects.toThrow(
      "does not answer",
    );
    expect(replies).toEqual([]);
    expect(await worker.consent.question(id)).not.toBeNull();
  });

  it("quotes at most 120 characters of the page's reason, as plain text on one line", async () => {
    const worker = new Stage();
    const params = { messages: [{ role: "user", content: "hi" }], reason: `  a\n${"b".repeat(200)}` };
    await asked(worker, "1", { params });
    const reason = (await worker.consent.question(worker.opened[0] ?? ""))?.question.reason;
    expect(reason).toBe(`a ${"b".repeat(118)}`);
  });
});
