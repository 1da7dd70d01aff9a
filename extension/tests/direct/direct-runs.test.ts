import { afterEach, describe, expect, it, vi } from "vitest";
import type { DirectEvent } from "../../src/direct/direct-event";
import type { AskedBody } from "../../src/wire/asked-body";
import type { Grant } from "../../src/wire/grant";
import { backendFailure } from "../../src/worker/backend-failure";
import { memoryKeyValue } from "../worker/memory-key-value";
import { OWN } from "../worker/stage";
import { turn } from "../worker/turn";
import { grantOf, messages, NEAR, near, SITE, USAGE } from "./near";

/** One piece, and then nothing until it is stopped. */
async function* endless(_: AskedBody, signal: AbortSignal): AsyncGenerator<DirectEvent, void, undefined> {
  yield { type: "text-delta", delta: "He" };
  await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

afterEach(() => void vi.useRealTimers());

const kindsOf = (replies: readonly { kind: string }[]) => replies.map(({ kind }) => kind);

describe("a direct generation", () => {
  it("reaches the page as any other does, and the backend hears nothing of it", async () => {
    const { worker, kept } = near({ grant: grantOf("allowed") });
    const { replies } = worker.ask("1", { params: { model: NEAR, messages } });
    await turn();
    expect(replies.map((reply) => (reply.kind === "event" ? reply.seq : reply.kind))).toEqual([1, 2, "result"]);
    expect(replies[2]).toMatchObject({
      result: { finishReason: "stop", model: NEAR, provider: "Ollama", usage: USAGE, cost: { usd: 0, known: true } },
    });
    expect([worker.sent, worker.ended, await worker.records.all()]).toEqual([[], [], []]);
    expect(kept).toMatchObject([
      { origin: "https://a.example", status: "finished", model: NEAR, direct: true, cost: { nusd: 0, known: true } },
    ]);
    expect(JSON.stringify(kept)).not.toContain("secret");
  });

  it("answers where no model is named once the person has chosen it, on our own screens without a grant", async () => {
    const { worker, bodies, kept } = near({ preferred: NEAR });
    const caller = { origin: OWN, embedder: null, tabId: -1, frameId: 1 };
    const { replies } = worker.ask("1", { caller, params: { messages } });
    await turn();
    expect(kindsOf(replies)).toEqual(["event", "event", "result"]);
    expect(bodies).toMatchObject([{ model: NEAR, messages }]);
    expect(kept).toMatchObject([{ origin: null, app: "Satchel" }]);
  });

  it("asks the person first; a yes for once goes straight there, without a grant at the backend", async () => {
    const { worker, bodies } = near();
    const { replies } = worker.ask("1", { params: { model: NEAR, messages } });
    await turn();
    expect([worker.opened.length, bodies.length]).toEqual([1, 0]);
    const [id = ""] = worker.opened;
    await worker.consent.decide(id, { kind: "once", model: NEAR, requests: 1 });
    await turn();
    expect(kindsOf(replies)).toEqual(["event", "event", "result"]);
    expect([worker.sent, worker.grants]).toEqual([[], []]);
  });

  it.each([
    ["origin_blocked", grantOf("blocked")],
    ["model_not_granted", grantOf("allowed", { models: ["openai/gpt-5"] })],
  ])("is refused with %s, and nobody is asked", async (satchelCode, grant) => {
    const { worker, bodies } = near({ grant });
    const { replies } = worker.ask("1", { params: { model: NEAR, messages } });
    await turn();
    expect(replies).toMatchObject([{ kind: "error", error: { code: 4100, data: { satchelCode } } }]);
    expect([bodies, worker.opened, worker.sent]).toEqual([[], [], []]);
  });

  it("keeps a site to its rate", async () => {
    const { worker, bodies } = near({ grant: grantOf("allowed", { rate_per_minute: 2 }) });
    const asked = ["1", "2", "3"].map((id) => worker.ask(id, { params: { model: NEAR, messages } }));
    for (const _ of asked) await turn();
    expect(bodies).toHaveLength(2);
    const failed = asked.flatMap(({ replies }) => replies).filter(({ kind }) => kind === "error");
    expect(failed).toMatchObject([{ error: { code: 4290, data: { satchelCode: "rate_limited" } } }]);
  });

  it("goes to the model the site may use where the page left it open", async () => {
    const { worker } = near({ preferred: NEAR, grant: grantOf("allowed", { models: ["openai/gpt-5"] }) });
    worker.ask("1", { params: { messages } });
    await turn();
    expect(worker.sent).toMatchObject([{ type: "generate", request: { model: "openai/gpt-5" } }]);
  });

  it("fails where its server is away, instead of showing the prompt to the backend", async () => {
    for (const params of [{ model: NEAR, messages }, { messages }]) {
      const { worker } = near({ preferred: NEAR, isThere: false });
      const { replies } = worker.ask("1", { params });
      await turn();
      expect(replies).toMatchObject([{ error: { code: 4300, data: { satchelCode: "provider_unavailable" } } }]);
      expect(worker.sent).toEqual([]);
    }
  });

  it("is the backend's where that lists the model and nothing is near", async () => {
    const { worker } = near({ grant: grantOf("allowed"), isThere: false, isListed: true });
    worker.ask("1", { params: { model: NEAR, messages } });
    await turn();
    expect(worker.sent).toMatchObject([{ type: "generate", request: { model: NEAR } }]);
  });

  it("ends as cancelled when it is stopped, with what had come", async () => {
    const { worker, kept } = near({ grant: grantOf("allowed"), stream: endless });
    const { replies } = worker.ask("1", { params: { model: NEAR, messages } });
    await turn();
    worker.generations.cancel(SITE, "1");
    await turn();
    expect(replies[1]).toMatchObject({
      result: { finishReason: "cancelled", usage: { outputTokens: 1, estimated: true } },
    });
    expect([kept[0]?.status, worker.sent]).toEqual(["cancelled", []]);
  });

  it("C2: answers an old call whose id nobody knows, by the name that its server lists, under the site's consent", async () => {
    const params = { model: "llama3:8b", messages, legacy: true };
    const others = { models: ["ollama:other"] };
    for (const [grant, bodies] of [
      [grantOf("allowed"), [{ model: NEAR }]],
      [grantOf("allowed", { models: [NEAR] }), [{ model: NEAR }]],
      [grantOf("allowed", others), []],
    ] as const) {
      const one = near({ grant });
      const { replies } = one.worker.ask("1", { params });
      await turn();
      one.worker.failed(0, grant.caveats.models === null ? "unknown_model" : "model_not_granted");
      await turn();
      expect(one.bodies).toMatchObject(bodies);
      expect(replies.at(-1)?.kind).toBe(bodies.length > 0 ? "result" : "error");
    }
  });

  it("C2: is not asked for what the backend knows by the name of an old call", async () => {
    const { worker, bodies } = near({ grant: grantOf("allowed"), isListed: true });
    worker.ask("1", { params: { model: "llama3:8b", messages, legacy: true } });
    await turn();
    worker.failed(0, "model_not_granted");
    await turn();
    expect([bodies, worker.sent.length]).toEqual([[], 2]);
  });

  it("C3: is in the record with the tries that failed, by their codes and without a word of the server's", async () => {
    const failure = (words: string) => backendFailure({ code: "provider_unavailable", message: words });
    async function* again(): AsyncGenerator<DirectEvent> {
      yield { type: "failed", error: failure("what the server said") };
      yield { type: "end", reason: "stop", usage: USAGE };
    }
    async function* inVain(): AsyncGenerator<DirectEvent> {
      yield { type: "failed", error: failure("one") };
      throw failure("two");
    }
    const { worker, kept } = near({ grant: grantOf("allowed"), stream: again });
    worker.ask("1", { params: { model: NEAR, messages } });
    const lost = near({ grant: grantOf("allowed"), stream: inVain });
    lost.worker.ask("1", { params: { model: NEAR, messages } });
    await turn();
    const failed = {
      provider: "ollama",
      endpoint: NEAR,
      code: "provider_unavailable",
      duration_ms: expect.any(Number),
    };
    expect(kept).toMatchObject([{ status: "finished", attempts: 2, failed_attempts: [failed] }]);
    expect(lost.kept).toMatchObject([{ status: "failed", attempts: 2, failed_attempts: [failed, failed] }]);
    expect(JSON.stringify(kept)).not.toContain("what the server said");
  });

  it("E2: is begun anew after the worker's death while the page has seen nothing, and fails in mid-answer", async () => {
    const memory = memoryKeyValue();
    const grant = grantOf("allowed");
    const first = near({ grant, stream: endless, memory });
    first.worker.ask("1", { params: { model: NEAR, messages } });
    await turn();
    const second = near({ grant, memory });
    const { replies } = second.worker.ask("1", { params: { model: NEAR, messages }, after: 1 });
    await turn();
    expect(replies).toMatchObject([{ error: { code: 4900, data: { satchelCode: "connection_lost" } } }]);
    first.worker.ask("2", { params: { model: NEAR, messages } });
    await turn();
    const third = near({ grant, memory });
    const again = third.worker.ask("2", { params: { model: NEAR, messages }, after: 0 });
    await turn();
    expect(kindsOf(again.replies)).toEqual(["event", "event", "result"]);
  });

  it("ends with what there is as soon as its consent is taken back, or its site blocked; a once is only ended by a block", async () => {
    const standing = { grant: grantOf("allowed") };
    const once = { grant: null, once: NEAR };
    for (const [how, now, isOver] of [
      [standing, null, true],
      [standing, grantOf("blocked"), true],
      [standing, grantOf("allowed", { models: ["openai/gpt-5"] }), false],
      [once, null, false],
      [once, grantOf("blocked"), true],
    ] as const) {
      let grant: Grant | null = how.grant;
      const { worker } = near({ ...how, look: async () => grant, stream: endless });
      const { replies } = worker.ask("1", { params: { model: NEAR, messages } });
      await turn();
      grant = now;
      await worker.generations.heed("https://b.example");
      expect(kindsOf(replies)).toEqual(["event"]);
      await worker.generations.heed(SITE.origin);
      await turn();
      expect(kindsOf(replies)).toEqual(isOver ? ["event", "result"] : ["event"]);
      if (isOver) expect(replies[1]).toMatchObject({ result: { finishReason: "cancelled" } });
    }
  });

  it("ends within seconds when its consent is taken back in another browser; while nobody can be asked it goes on", async () => {
    vi.useFakeTimers();
    let grant: Grant | null = grantOf("allowed");
    let isAway = false;
    const look = async () => {
      if (isAway) throw new Error("Your Satchel does not answer");
      return grant;
    };
    const { worker } = near({ look, stream: endless });
    const { replies } = worker.ask("1", { params: { model: NEAR, messages } });
    await vi.advanceTimersByTimeAsync(0);
    grant = null;
    isAway = true;
    await vi.advanceTimersByTimeAsync(16_000);
    expect(kindsOf(replies)).toEqual(["event"]);
    isAway = false;
    await vi.advanceTimersByTimeAsync(16_000);
    expect(kindsOf(replies)).toEqual(["event", "result"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not end when the connection to the backend is lost", async () => {
    async function* stuck(): AsyncGenerator<DirectEvent, void, undefined> {
      yield { type: "text-delta", delta: "He" };
      await new Promise(() => undefined);
    }
    const { worker } = near({ grant: grantOf("allowed"), stream: stuck });
    worker.ask("1", { params: { model: NEAR, messages } });
    await turn();
    await worker.generations.revive();
    expect([worker.generations.live()[0]?.state, worker.sent]).toEqual(["writing", []]);
  });

  it("that another model was to answer is put to the person before the backend sees its prompt", async () => {
    const { worker, bodies } = near();
    const { replies } = worker.ask("1", { params: { messages } });
    await turn();
    expect([worker.opened.length, worker.sent]).toEqual([1, []]);
    await worker.consent.decide(worker.opened[0] ?? "", { kind: "once", model: NEAR, requests: 1 });
    await turn();
    expect([kindsOf(replies), bodies.length, worker.sent]).toEqual([["event", "event", "result"], 1, []]);
    const blocked = near({ grant: grantOf("blocked") });
    blocked.worker.ask("1", { params: { messages } });
    await turn();
    expect(blocked.worker.sent).toMatchObject([{ type: "generate" }]);
  });

  it("that the person allowed once beforehand goes there once, also where the page left the model open", async () => {
    for (const params of [{ model: NEAR, messages }, { messages }]) {
      const { worker, bodies } = near({ once: NEAR });
      const asked = [worker.ask("1", { params }), worker.ask("2", { params })];
      await turn();
      await turn();
      expect([bodies.length, worker.opened.length, worker.sent]).toEqual([1, 1, []]);
      expect(kindsOf(asked.flatMap(({ replies }) => replies))).toEqual(["event", "event", "result"]);
    }
  });

  it("that the backend was allowed once goes to the backend, and nobody is asked again", async () => {
    const grant = grantOf("once", { models: ["openai/gpt-5"] });
    for (const preferred of [null, NEAR]) {
      const { worker, bodies } = near({ grant, preferred });
      worker.ask("1", { params: { messages } });
      await turn();
      expect(worker.sent).toMatchObject([{ type: "generate" }]);
      expect([bodies, worker.opened]).toEqual([[], []]);
    }
  });

  it("is not shown to the backend where the site may use no other model than one near", async () => {
    for (const models of [[NEAR], [NEAR, "openai/gpt-5"]]) {
      const { worker, bodies } = near({ grant: grantOf("allowed", { models }), elsewhere: "a/other" });
      worker.ask("1", { params: { messages } });
      await turn();
      expect([bodies.length, worker.sent]).toEqual([1, []]);
    }
    const grant = grantOf("allowed", { models: [NEAR, "openai/gpt-5"] });
    const { worker, bodies } = near({ grant, elsewhere: "openai/gpt-5" });
    worker.ask("1", { params: { messages } });
    await turn();
    expect(worker.sent).toMatchObject([{ type: "generate", request: { model: "openai/gpt-5" } }]);
    expect(bodies).toEqual([]);
  });

  it("is put to the person as soon as a consent is taken back", async () => {
    let grant: Grant | null = grantOf("allowed");
    const { worker } = near({ look: async () => grant });
    worker.ask("1", { params: { messages } });
    await turn();
    expect(worker.sent).toHaveLength(1);
    grant = null;
    worker.ask("2", { params: { messages } });
    await turn();
    expect([worker.sent.length, worker.opened.length]).toEqual([1, 1]);
  });

  it("asks nobody for a page that went away while its consent was looked up", async () => {
    for (const params of [{ model: NEAR, messages }, { messages }]) {
      let know: (grant: null) => void = () => undefined;
      const known = new Promise<null>((resolve) => {
        know = resolve;
      });
      const { worker } = near({ look: () => known });
      const { sink } = worker.ask("1", { params });
      await turn();
      worker.generations.abandon(sink);
      know(null);
      await turn();
      expect([worker.opened, worker.sent, worker.generations.live()]).toEqual([[], [], []]);
    }
  });

  it("of a kind that the model cannot is refused", async () => {
    const { worker } = near({ grant: grantOf("allowed") });
    const { replies } = worker.ask("1", { kind: "embeddings", params: { model: NEAR, input: "a" } });
    await turn();
    expect(replies).toMatchObject([{ error: { data: { satchelCode: "unsupported_feature" } } }]);
  });
});
