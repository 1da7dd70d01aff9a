import { describe, expect, it } from "vitest";
import { Provider } from "../../src/page/provider";
import { windowAi } from "../../src/page/window-ai";
import { privatePair } from "./private-pair";

describe("the packages of 2023 find us", () => {
  it("A1: by generateText since 0.2.0, by getCompletion before, and neither looks at the metadata", () => {
    const pair = privatePair();
    const ai = windowAi(new Provider(pair.channel));
    expect([typeof ai["generateText"], typeof ai["getCompletion"]]).toEqual(["function", "function"]);
    expect(ai["__window_ai_metadata__"]).toEqual({ domain: "https://windowai.io", version: expect.any(String) });
    pair.close();
  });

  it("A3: every method works when it is taken from the object", async () => {
    const pair = privatePair();
    pair.answer(({ id }) => pair.post({ id, result: { model: "a/b" } }));
    const { generateText, getCompletion, getCurrentModel, addEventListener, request, on, off } = windowAi(
      new Provider(pair.channel),
    ) as Record<string, (...args: unknown[]) => unknown>;
    expect(await getCurrentModel?.()).toBe("a/b");
    expect(await request?.({ method: "ai_getCurrentModel" })).toEqual({ model: "a/b" });
    expect(addEventListener?.(() => undefined)).toEqual(expect.any(String));
    for (const call of [generateText, getCompletion]) await call?.({ prompt: "hi" });
    for (const call of [on, off]) expect(call?.("modelChanged", () => undefined)).toBeUndefined();
    pair.close();
  });
});
