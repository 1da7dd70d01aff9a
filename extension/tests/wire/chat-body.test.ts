import { describe, expect, it } from "vitest";
import { ChatBody } from "../../src/wire/chat-body";

const MESSAGES = [{ role: "user", content: "hi" }];

describe("a chat body", () => {
  it("has every wish that the backend takes, in its spelling", () => {
    const tuning = {
      seed: 7,
      reasoningEffort: "low",
      parallelToolCalls: false,
      logitBias: { "1": 2 },
      modalities: ["image"],
    };
    expect(ChatBody.fromParams({ messages: MESSAGES, ...tuning, topK: 4 })).toEqual({
      model: "satchel/preferred",
      messages: MESSAGES,
      seed: 7,
      reasoning_effort: "low",
      parallel_tool_calls: false,
      logit_bias: { "1": 2 },
      modalities: ["image"],
      top_k: 4,
    });
  });

  it("is refused in words where a wish has the wrong type", () => {
    for (const wish of [{ seed: "7" }, { reasoningEffort: 1 }, { parallelToolCalls: "no" }, { modalities: "image" }]) {
      const [name] = Object.keys(wish);
      expect(ChatBody.fromParams({ messages: MESSAGES, ...wish })).toBe(`${name} has the wrong type`);
    }
  });

  it("A16: takes no name of a model that would fill the worker's memory", () => {
    const long = ChatBody.fromParams({ messages: MESSAGES, model: "x".repeat(301) });
    expect(long).toBe("model must be a string of at most 300 characters");
    expect(ChatBody.fromParams({ messages: MESSAGES, model: "x".repeat(300) })).toMatchObject({ messages: MESSAGES });
  });

  it("takes no field from a __proto__ of the page's own", () => {
    const params = JSON.parse(
      '{"messages":[{"role":"user","content":"hi"}],"__proto__":{"model":"evil/model","seed":1}}',
    );
    expect(ChatBody.fromParams(params)).toEqual({ model: "satchel/preferred", messages: MESSAGES });
  });
});
