import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { privatePair } from "./private-pair";

let pair: ReturnType<typeof privatePair>;

beforeEach(() => {
  pair = privatePair();
});
afterEach(() => {
  pair.close();
});

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("the page's end of the port", () => {
  it("hands each reply to its own call and ignores what it does not know", async () => {
    pair.answer(({ id, method }) => {
      pair.post(null);
      pair.post({ id: "somebody else's", result: 0 });
      pair.post({ id, result: method });
    });
    expect(await Promise.all([pair.channel.call("a", null), pair.channel.call("b", null)])).toEqual(["a", "b"]);
  });

  it("A16: ends every call with 4900 when the relay has gone, and refuses later ones", {
    timeout: 12_000,
  }, async () => {
    pair.fallSilent();
    const pushes: string[] = [];
    pair.channel.onPush((name) => pushes.push(name));
    await expect(pair.channel.call("slow", null)).rejects.toMatchObject({ code: 4900 });
    await expect(pair.channel.call("later", null)).rejects.toMatchObject({ code: 4900 });
    expect(pushes).toEqual(["disconnect"]);
  });

  it("waits as long as the relay answers", { timeout: 12_000 }, async () => {
    pair.answer(({ id }) => setTimeout(() => pair.post({ id, result: "late" }), 7_000));
    expect(await pair.channel.call("slow", null)).toBe("late");
    await turn();
  });
});
