// What a session that a page keeps for long may not gather: answers of the past, and listeners on signals that live as long as it does.
import { getEventListeners } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { Lifetime } from "../../src/polyfill/Lifetime.js";
import { Queue } from "../../src/polyfill/Queue.js";
import { toStream } from "../../src/polyfill/toStream.js";
import { settled } from "../fakeTransport.js";
import { read } from "./scene.js";

function listeners(signal: AbortSignal): number {
  return getEventListeners(signal, "abort").length;
}

test("a queue forgets what its deeds came to", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const { signal } = new AbortController();
  const queue = new Queue();
  const answer = new WeakRef(await queue.run(signal, async () => ({ text: "A long answer." })));
  await queue.run(signal, async () => undefined);
  await settled();
  collect();
  expect(answer.deref()).toBeUndefined();
  expect(listeners(signal)).toBe(0);
});

test("a stream that was read, failed or was left leaves no listener on the signal that could have ended it", async () => {
  const { signal } = new AbortController();
  const say = toStream(signal, async (tell) => tell("Hello"));
  expect(await read(say)).toEqual(["Hello"]);
  const fail = toStream(signal, () => Promise.reject(new Error("It failed.")));
  await expect(read(fail)).rejects.toThrow("It failed.");
  const wait = toStream(signal, async (tell, ends) => {
    tell("Once");
    await new Promise((resolve) => ends.addEventListener("abort", resolve));
  });
  expect(listeners(signal)).toBe(1);
  for await (const _ of wait as unknown as AsyncIterable<string>) break;
  await settled();
  expect(listeners(signal)).toBe(0);
});

test("a session that was destroyed leaves no listener on the signal that it was made with", () => {
  const { signal } = new AbortController();
  const lifetime = new Lifetime(signal);
  expect(listeners(signal)).toBe(1);
  lifetime.end();
  expect(listeners(signal)).toBe(0);
});

test("the signal that a session was made with still ends it, with its reason", async () => {
  const page = new AbortController();
  const ends = new Lifetime(page.signal).begin(undefined);
  const reason = new Error("enough");
  page.abort(reason);
  expect(ends.reason).toBe(reason);
});
