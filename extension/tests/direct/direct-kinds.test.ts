import { describe, expect, it } from "vitest";
import type { Grant } from "../../src/wire/grant";
import { turn } from "../worker/turn";
import { grantOf, messages, NEAR, near } from "./near";

describe("what is asked while models near are asked directly", () => {
  it("of texts to embed goes to the model that does, held to the site's consent", async () => {
    const ask = async (grant: Grant | null, params: object) => {
      const { worker, bodies, kept } = near({ grant, capabilities: ["embeddings"] });
      const { replies } = worker.ask("1", { kind: "embeddings", params });
      await turn();
      const code = replies.map((reply) => (reply.kind === "error" ? reply.error.data?.satchelCode : reply.kind)).at(-1);
      return [code, bodies.length, worker.sent.length, worker.opened.length, kept[0]?.kind];
    };
    const input = { input: "secret" };
    const only = grantOf("allowed", { models: [NEAR] });
    expect(await ask(only, { model: NEAR, ...input })).toEqual(["result", 1, 0, 0, "embedding"]);
    expect(await ask(only, input)).toEqual(["result", 1, 0, 0, "embedding"]);
    expect(await ask(null, { model: NEAR, ...input })).toEqual(["consent_required", 0, 0, 0, undefined]);
  });

  it("of what asks nobody shows the backend nothing where the site may not, or may use what is near only", async () => {
    const only = grantOf("allowed", { models: [NEAR] });
    const some = grantOf("allowed", { models: [NEAR, "openai/embed"] });
    for (const [grant, code] of [
      [null, "consent_required"],
      [grantOf("blocked"), "origin_blocked"],
      [only, "model_not_granted"],
      [some, undefined],
      [grantOf("allowed"), undefined],
    ] as const) {
      const { worker } = near({ grant });
      const { replies } = worker.ask("1", { kind: "images", params: { prompt: "secret" } });
      await turn();
      expect(replies.map((reply) => reply.kind === "error" && reply.error.data?.satchelCode)).toEqual(
        code ? [code] : [],
      );
      expect([worker.sent.length, worker.opened]).toEqual([code ? 0 : 1, []]);
    }
  });

  it("counts for a site's rate together with what the backend answers, each once", async () => {
    const { worker, bodies } = near({ grant: grantOf("allowed", { rate_per_minute: 2 }) });
    const asked = [NEAR, "openai/gpt-5", "openai/gpt-5", NEAR].map((model, id) =>
      worker.ask(String(id), { params: { model, messages } }),
    );
    await turn();
    await turn();
    const codes = asked.map(({ replies }) => replies.find((reply) => reply.kind === "error")?.error.code);
    expect(codes.filter((code) => code === 4290)).toHaveLength(2);
    expect(bodies.length + worker.sent.length).toBe(2);
  });
});
