import { describe, expect, it } from "vitest";
import { ChatBody } from "../../src/wire/chat-body";
import { sendable } from "../../src/wire/sendable";

function nested(levels: number): unknown {
  let value: unknown = "x";
  for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { value };
  return value;
}

describe("what goes to the one socket", () => {
  it("is copied as it is", () => {
    const value = { a: [1, "ü 😀", null, true, { b: "\\ud800" }] };
    expect(sendable(value)).toEqual(value);
  });

  it("has no half of a surrogate pair in it, for which the backend would hang up on all sites", () => {
    const broken = { "k\ud800": ["a\udfffb"] };
    expect(sendable(broken)).toEqual({ "k\ufffd": ["a\ufffdb"] });
  });

  it("nests sixty levels and no more, however deep a page goes", () => {
    expect(sendable(nested(60))).toEqual(nested(60));
    expect(sendable(nested(61))).toBeUndefined();
    expect(sendable(nested(5_000))).toBeUndefined();
  });

  it("keeps a page's own __proto__ a field and no prototype", () => {
    const params = JSON.parse('{"messages":[{"role":"user","content":"hi","__proto__":{"polluted":1}}]}');
    const body = ChatBody.fromParams(params) as ChatBody;
    expect(Object.getPrototypeOf(body.messages[0])).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("is refused in words when it nests too deeply", () => {
    expect(ChatBody.fromParams({ messages: [{ role: "user", content: nested(80) }] })).toBe(
      "the request nests too deeply",
    );
  });
});
