import { describe, expect, it } from "vitest";
import { AskedBody } from "../../src/wire/asked-body";
import { Stage } from "./stage";
import { turn } from "./turn";

describe("D2: embeddings and pictures", () => {
  it("are asked for in the backend's words and come back whole, numbered like every answer", async () => {
    const worker = new Stage();
    const { replies } = worker.ask("1", { kind: "embeddings", params: { input: ["a", "b"], dimensions: 2 } });
    await turn();
    const request = { model: "satchel/embeddings", input: ["a", "b"], dimensions: 2 };
    expect(worker.sent[0]).toMatchObject({
      type: "generate",
      kind: "embeddings",
      origin: "https://a.example",
      request,
    });
    worker.started(0, "gen_1");
    for (const [index, values] of [
      [0.5, 1],
      [1, 0],
    ].entries()) {
      worker.generations.frame({ type: "delta", generation: "gen_1", seq: index + 1, embedding: { index, values } });
    }
    worker.finished("gen_1", 3);
    expect(replies.map((reply) => (reply.kind === "event" ? reply.event : reply.kind))).toEqual([
      { type: "embedding", index: 0, values: [0.5, 1] },
      { type: "embedding", index: 1, values: [1, 0] },
      "result",
    ]);
  });

  it("ask nobody: a site needs its grant before", async () => {
    const worker = new Stage();
    const { replies } = worker.ask("1", { kind: "images", params: { prompt: "a hat" } });
    await turn();
    worker.failed(0, "consent_required");
    await turn();
    expect(replies).toMatchObject([
      { kind: "error", error: { code: 4100, data: { satchelCode: "consent_required" } } },
    ]);
    expect(worker.opened).toEqual([]);
  });

  it("D2: speech comes in pieces and a transcript whole, asked for in the backend's words", async () => {
    const worker = new Stage();
    const said = worker.ask("1", { kind: "speech", params: { input: "Good day", format: "wav" } });
    await turn();
    expect(worker.sent[0]).toMatchObject({
      kind: "speech",
      request: { model: "satchel/speech", input: "Good day", response_format: "wav" },
    });
    worker.started(0, "gen_1");
    const audio = { data: "UklGRg==", media_type: "audio/wav" };
    worker.generations.frame({ type: "delta", generation: "gen_1", seq: 1, audio });
    worker.finished("gen_1", 2);
    expect(said.replies[0]).toMatchObject({ event: { type: "audio", data: "UklGRg==", mediaType: "audio/wav" } });

    const file = "data:audio/webm;base64,AAAA";
    const heard = worker.ask("2", { kind: "transcriptions", params: { file, timestamps: ["word"] } });
    await turn();
    const request = { model: "satchel/transcription", file, timestamp_granularities: ["word"] };
    expect(worker.sent[1]).toMatchObject({ kind: "transcriptions", request });
    worker.started(1, "gen_2");
    const transcript = { text: "Hi", detail: { language: "english" } };
    worker.generations.frame({ type: "delta", generation: "gen_2", seq: 1, transcript });
    worker.finished("gen_2", 2);
    expect(heard.replies[0]).toMatchObject({ event: { type: "transcript", ...transcript } });
  });

  it("are refused in words when they are misshapen", () => {
    expect(AskedBody.fromParams("embeddings", {})).toBe("input must be a text or a list of texts");
    expect(AskedBody.fromParams("embeddings", { input: [] })).toBe("input must be a text or a list of texts");
    expect(AskedBody.fromParams("embeddings", { input: "a", dimensions: "many" })).toBe("dimensions must be a number");
    expect(AskedBody.fromParams("images", { prompt: "a", model: 7 })).toBe(
      "model must be a string of at most 300 characters",
    );
    expect(AskedBody.fromParams("images", null)).toBe("params must be an object");
    const drawn = AskedBody.fromParams("images", {
      prompt: "a",
      n: 2,
      outputFormat: "png",
      seed: null,
    });
    expect(drawn).toEqual({ model: "satchel/images", prompt: "a", n: 2, output_format: "png" });
    expect(["ai_embed", "constructor"].map(AskedBody.kindOf)).toEqual(["embeddings", undefined]);
  });
});
