import { describe, expect, it } from "vitest";
import { OWN, Stage } from "./stage";
import { turn } from "./turn";

describe("a generation", () => {
  it("reaches the page as numbered events and one result", async () => {
    const worker = new Stage();
    const { replies } = worker.ask("1");
    await turn();
    expect(worker.sent[0]).toMatchObject({
      type: "generate",
      origin: "https://a.example",
      request: { model: "satchel/preferred" },
    });
    worker.started(0, "gen_1");
    worker.text("gen_1", 1, "He");
    worker.text("gen_1", 2, "llo");
    worker.finished("gen_1", 3);
    expect(replies.map(({ kind }) => kind)).toEqual(["event", "event", "result"]);
    expect(replies[2]).toMatchObject({
      result: { id: "gen_1", finishReason: "stop", usage: { outputTokens: 2 }, cost: { usd: 5e-9 } },
    });
    await turn();
    expect(await worker.records.all()).toEqual([]);
  });

  it("refuses misshapen params without asking the backend", async () => {
    const worker = new Stage();
    const { replies } = worker.ask("1", { params: { messages: "hi" } });
    await turn();
    expect(replies).toMatchObject([{ kind: "error", error: { code: -32602 } }]);
    expect(worker.sent).toEqual([]);
  });

  it("refuses what the socket cannot carry", async () => {
    const worker = new Stage();
    const { replies } = worker.ask("1", { params: { messages: [{ role: "user", content: "x".repeat(20_000) }] } });
    await turn();
    expect(replies).toMatchObject([{ error: { code: -32602, data: { satchelCode: "request_too_large" } } }]);
  });

  it("E2: goes on in the next life of the worker after the number the page has seen", async () => {
    const first = new Stage();
    first.ask("1");
    await turn();
    first.started(0, "gen_1");
    first.text("gen_1", 1, "He");
    await turn();
    const second = new Stage(first.session);
    const { replies } = second.ask("1", { after: 1 });
    await turn();
    expect(second.sent).toEqual([{ type: "attach", generation: "gen_1", after: 1 }]);
    second.text("gen_1", 1, "He");
    second.text("gen_1", 2, "llo");
    second.finished("gen_1", 3);
    expect(replies.map((reply) => (reply.kind === "event" ? reply.event : reply.kind))).toEqual([
      { type: "text-delta", delta: "llo" },
      "result",
    ]);
  });

  it("sends the same id again when the worker died before the backend answered", async () => {
    const first = new Stage();
    first.ask("1");
    await turn();
    const second = new Stage(first.session);
    second.ask("1", { after: 0 });
    await turn();
    expect(second.clientId(0)).toBe(first.clientId(0));
  });

  it("says so when nobody remembers what the page had begun to read", async () => {
    const worker = new Stage();
    const { replies } = worker.ask("1", { after: 7 });
    await turn();
    expect(replies).toMatchObject([{ kind: "error", error: { code: 4900 } }]);
  });

  it("tells the page when the server has forgotten the generation over a restart", async () => {
    const worker = new Stage();
    const { replies } = worker.ask("page-1");
    await turn();
    worker.started(0, "gen_1");
    await worker.generations.revive();
    const error = { code: "generation_not_found", message: "gone", retryable: false, retry_after_s: null, details: {} };
    worker.generations.frame({ type: "failed", id: null, generation: "gen_1", error, usage: null, cost: null });
    expect(replies.at(-1)).toMatchObject({ kind: "error", error: { data: { satchelCode: "generation_not_found" } } });
    expect(worker.generations.live()).toEqual([]);
  });

  it("E2: attaches again after the connection was lost, and passes nothing on twice", async () => {
    const worker = new Stage();
    const { replies } = worker.ask("1");
    await turn();
    worker.started(0, "gen_1");
    worker.text("gen_1", 1, "a");
    await worker.generations.revive();
    expect(worker.sent.at(-1)).toEqual({ type: "attach", generation: "gen_1", after: 1 });
    worker.text("gen_1", 1, "a");
    worker.text("gen_1", 2, "b");
    expect(replies).toHaveLength(2);
  });

  it("D1: is cancelled at once when its document goes, and only then lets go", async () => {
    const worker = new Stage();
    const { sink, replies } = worker.ask("1");
    await turn();
    worker.started(0, "gen_1");
    worker.generations.abandon(sink);
    expect(worker.sent.at(-1)).toEqual({ type: "cancel", generation: "gen_1" });
    worker.finished("gen_1", 1, "cancelled");
    expect(replies).toEqual([]);
    expect(worker.generations.live()).toEqual([]);
  });

  it("is cancelled as soon as it has an id when it was stopped before", async () => {
    const worker = new Stage();
    worker.ask("1");
    await turn();
    const [live] = worker.generations.live();
    worker.generations.stop(live?.key ?? "");
    worker.started(0, "gen_1");
    expect(worker.sent.slice(1)).toEqual([
      { type: "cancel", id: worker.clientId(0) },
      { type: "cancel", generation: "gen_1" },
    ]);
  });

  it("is stopped once, however often a page or the person says so: many frames would hang up on all sites", async () => {
    const worker = new Stage();
    const caller = { origin: "https://a.example", embedder: null, tabId: 1, frameId: 0 };
    const { sink } = worker.ask("1", { caller });
    await turn();
    worker.started(0, "gen_1");
    for (let times = 0; times < 70; times += 1) worker.generations.cancel(caller, "1");
    worker.generations.stop(worker.generations.live()[0]?.key ?? "");
    worker.generations.abandon(sink);
    expect(worker.sent.slice(1)).toEqual([{ type: "cancel", generation: "gen_1" }]);
  });

  it.each([
    ["consent_required", {}],
    ["key_missing", {}],
    ["model_not_granted", {}],
    ["unknown_model", { model: "no/such", legacy: true }],
  ])("is neither asked about nor sent again when it is refused (%s) after it was stopped", async (code, more) => {
    const worker = new Stage();
    const { replies } = worker.ask("1", { params: { messages: [{ role: "user", content: "hi" }], ...more } });
    await turn();
    worker.generations.stop(worker.generations.live()[0]?.key ?? "");
    worker.failed(0, code);
    await turn();
    expect(replies).toMatchObject([{ kind: "error", error: { data: { satchelCode: code } } }]);
    expect(worker.sent.map(({ type }) => type)).toEqual(["generate", "cancel"]);
    expect([worker.opened, worker.troubled]).toEqual([[], []]);
  });

  it("A16: ends with 4900 for whoever waits when the person signs out, and is stopped at the provider", async () => {
    const worker = new Stage();
    const writing = worker.ask("1");
    const asking = worker.ask("2");
    await turn();
    worker.started(0, "gen_1");
    worker.failed(1, "consent_required");
    await turn();
    worker.generations.leave();
    await turn();
    const gone = { kind: "error", error: { code: 4900, data: { satchelCode: "signed_out" } } };
    expect([writing.replies, asking.replies]).toMatchObject([[gone], [gone]]);
    expect(worker.sent.slice(2)).toEqual([{ type: "cancel", generation: "gen_1" }]);
    expect([worker.generations.live(), await worker.records.all(), worker.closed]).toEqual([[], [], [1]]);
  });

  it("C2: is answered by the site's own model when the default is not granted to it", async () => {
    const worker = new Stage();
    worker.ask("1");
    await turn();
    worker.failed(0, "model_not_granted");
    await turn();
    expect(worker.sent[1]).toMatchObject({ type: "generate", request: { model: "a/allowed" } });
  });

  it("keeps the backend's code, and the model it named is its own affair", async () => {
    const worker = new Stage();
    const { replies } = worker.ask("1", { params: { model: "x/y", messages: [{ role: "user", content: "hi" }] } });
    await turn();
    worker.failed(0, "model_not_granted");
    expect(replies).toMatchObject([{ error: { code: 4100, data: { satchelCode: "model_not_granted" } } }]);
  });

  it("tells the page which field the backend found at fault", async () => {
    const worker = new Stage();
    const { replies } = worker.ask("1");
    await turn();
    worker.failed(0, "malformed_request", { param: "temperature" });
    expect(replies).toMatchObject([{ error: { code: -32602, data: { param: "temperature" } } }]);
  });

  it("refuses a site's seventeenth open request, and takes another site's", async () => {
    const worker = new Stage();
    for (let index = 0; index < 16; index += 1) worker.ask(String(index));
    const refused = worker.ask("one too many");
    const other = worker.ask("1", { caller: { origin: "https://b.example", embedder: null, tabId: 2, frameId: 0 } });
    await turn();
    expect(refused.replies).toMatchObject([{ error: { code: 4290, data: { satchelCode: "too_many_generations" } } }]);
    expect(other.replies).toEqual([]);
    expect(worker.sent).toHaveLength(17);
  });

  it("lets no site have more than half of what the connection to an older Satchel carries for all", async () => {
    const worker = new Stage(undefined, undefined, 16);
    const asked = Array.from({ length: 9 }, (_, index) => worker.ask(String(index)));
    await turn();
    expect(asked.map(({ replies }) => replies.length)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(worker.sent).toHaveLength(8);
  });
});

describe("a connection that opens for nobody any more", () => {
  /** A worker whose connection opens when the test says so. */
  function slow() {
    const worker = new Stage();
    let open!: () => void;
    const opening = new Promise<void>((resolve) => {
      open = resolve;
    });
    worker.connects = () => opening;
    return { worker, open };
  }

  const stopAll = (worker: Stage) => {
    for (const { key } of worker.generations.live()) worker.generations.stop(key);
  };

  it("E2: rests when the only request was stopped while it opened", async () => {
    const { worker, open } = slow();
    worker.ask("1");
    await turn();
    stopAll(worker);
    open();
    await turn();
    expect([worker.link.slice(-2), worker.sent]).toEqual([["open", "rest"], []]);
  });

  it("E2: rests when the person had just said yes to the request", async () => {
    const { worker, open } = slow();
    const { connects } = worker;
    worker.connects = async () => undefined;
    worker.ask("1");
    await turn();
    worker.failed(0, "consent_required");
    await turn();
    worker.connects = connects;
    const question = (await worker.session.list<{ id: string }>("ask:"))[0]?.[1].id ?? "";
    await worker.consent.decide(question, { kind: "once", model: "a/b", requests: 1 });
    await turn();
    stopAll(worker);
    open();
    await turn();
    expect([worker.link.slice(-2), worker.grants]).toEqual([["open", "rest"], []]);
  });

  it("E2: rests when all that it was opened again for ended meanwhile", async () => {
    const { worker, open } = slow();
    const { connects } = worker;
    worker.connects = async () => undefined;
    worker.ask("1");
    await turn();
    worker.started(0, "gen_1");
    worker.connects = connects;
    const revived = worker.generations.revive();
    await turn();
    worker.generations.leave();
    open();
    await revived;
    expect(worker.link.slice(-2)).toEqual(["open", "rest"]);
  });

  it("E2: goes on for a request that still waits", async () => {
    const { worker, open } = slow();
    worker.ask("1");
    worker.ask("2");
    await turn();
    worker.generations.stop(worker.generations.live()[0]?.key ?? "");
    open();
    await turn();
    expect([worker.link, worker.sent.length]).toEqual([["open", "open"], 1]);
  });
});

it("what our own screens ask names no site and needs no grant, and the end of a site's generation is told", async () => {
  const stage = new Stage();
  const caller = { origin: OWN, embedder: null, tabId: -1, frameId: 1 };
  stage.ask("own", { caller });
  await turn();
  expect(stage.sent[0]).not.toHaveProperty("origin");
  stage.ask("site");
  await turn();
  expect(stage.sent[1]).toHaveProperty("origin", "https://a.example");
  stage.started(1, "gen_2");
  stage.finished("gen_2", 1);
  expect(stage.ended).toEqual(["https://a.example"]);
});
