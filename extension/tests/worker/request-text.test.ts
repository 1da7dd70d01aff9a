import { expect, it } from "vitest";
import { bothTexts, requestText } from "../../src/worker/request-text";

it("B1: a request is told in words, and by its kind what is no text", () => {
  const picture = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
  const messages = [
    { role: "system", content: "Be brief." },
    { role: "user", content: [{ type: "text", text: "What is this?" }, picture] },
  ];
  expect(requestText({ model: "m", messages })).toBe("system: Be brief.\n\nuser: What is this?\n[image_url]");
  expect(requestText({ model: "m", input: ["one", "two"] })).toBe("one\ntwo");
  expect(requestText({ model: "m", prompt: "A hat" })).toBe("A hat");
  expect(requestText({ model: "m", messages: [] })).toBe("");
});

it("a long request is cut, alone and with others", () => {
  const long = requestText({ model: "m", prompt: "x".repeat(10_000) });
  expect(long).toHaveLength(4_001);
  expect(bothTexts("one", "two")).toBe("one\n\n———\n\ntwo");
  expect(bothTexts("", "two")).toBe("two");
  expect(bothTexts(long, "two")).toHaveLength(4_001);
});
