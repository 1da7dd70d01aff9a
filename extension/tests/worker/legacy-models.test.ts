import { describe, expect, it } from "vitest";
import * as original from "../../../sdk-js/src/legacy/ModelID";
import { Stage } from "./stage";
import { turn } from "./turn";

const RESPELT = {
  "openai/gpt3.5": "openai/gpt-3.5-turbo",
  "openai/gpt4": "openai/gpt-4",
  "together/gpt-neoxt-20B": "togethercomputer/GPT-NeoXT-Chat-Base-20B",
  "cohere/xlarge": "cohere/command-nightly",
};
const IDS = [...Object.values(original.ModelID), ...Object.keys(RESPELT), "local"];
const messages = [{ role: "user", content: "hi" }];

describe("a model id of 2023", () => {
  it("A14: there are 13 of them, 4 older spellings, and the word for the person's own server", () => {
    expect(IDS).toHaveLength(18);
  });

  it.each(IDS)("A14: %s is answered by whoever runs it, else by the person's own choice", async (model) => {
    const worker = new Stage();
    const { replies } = worker.ask("1", { params: { model, messages } });
    await turn();
    const known = (RESPELT as Record<string, string>)[model] ?? model;
    expect(worker.sent[0]).toMatchObject({ type: "generate", request: { model: known } });
    worker.failed(0, "unknown_model");
    await turn();
    expect(worker.sent[1]).toMatchObject({ type: "generate", request: { model: "satchel/preferred" } });
    expect(worker.clientId(1)).not.toBe(worker.clientId(0));
    worker.started(1, "gen_1");
    worker.finished("gen_1", 1);
    expect(replies.map(({ kind }) => kind)).toEqual(["result"]);
  });

  it("A14: is answered by what the site may use when it may not use that one", async () => {
    const worker = new Stage();
    worker.ask("1", { params: { model: "openai/gpt-4", messages } });
    await turn();
    worker.failed(0, "model_not_granted");
    await turn();
    worker.failed(1, "model_not_granted");
    await turn();
    expect(worker.sent.map((frame) => (frame as { request: { model: string } }).request.model)).toEqual([
      "openai/gpt-4",
      "satchel/preferred",
      "a/allowed",
    ]);
  });

  it("C2: any other id that nobody knows is an error and not somebody else's answer", async () => {
    const worker = new Stage();
    const { replies } = worker.ask("1", { params: { model: "toString", messages } });
    await turn();
    worker.failed(0, "unknown_model");
    expect(worker.sent).toHaveLength(1);
    expect(replies).toMatchObject([{ error: { code: -32602, data: { satchelCode: "unknown_model" } } }]);
  });

  it.each(["unknown_model", "model_not_granted"])(
    "C2: %s of an old call goes to the person's own server",
    async (code) => {
      const worker = new Stage();
      const { replies } = worker.ask("1", { params: { model: "llama3:8b", messages, legacy: true } });
      await turn();
      worker.failed(0, code);
      await turn();
      expect(worker.sent[1]).toMatchObject({
        type: "generate",
        origin: "https://a.example",
        request: { model: "satchel/local:llama3:8b" },
      });
      worker.started(1, "gen_1");
      worker.finished("gen_1", 1);
      expect(replies.map(({ kind }) => kind)).toEqual(["result"]);
    },
  );

  it("C2: where there is no such server, or the site may not use it, the page hears of the model that it named", async () => {
    for (const second of ["unknown_model", "model_not_granted"]) {
      const worker = new Stage();
      const { replies } = worker.ask("1", { params: { model: "toString", messages, legacy: true } });
      await turn();
      worker.failed(0, "unknown_model");
      await turn();
      worker.failed(1, second);
      await turn();
      expect(worker.sent).toHaveLength(2);
      expect(replies).toMatchObject([{ error: { code: -32602, data: { satchelCode: "unknown_model" } } }]);
    }
  });

  it("C2: an old call that names one of our own names is not sent to a server by that name", async () => {
    const worker = new Stage();
    const { replies } = worker.ask("1", { params: { model: "satchel/local:x", messages, legacy: true } });
    await turn();
    worker.failed(0, "unknown_model");
    expect([worker.sent.length, replies.length]).toEqual([1, 1]);
  });
});
