import { expect, test } from "vitest";
import type { GivenCredentials } from "../src/auth/toCredentials.js";
import { createClient } from "../src/createClient.js";
import { NotConnected } from "../src/errors/NotConnected.js";
import { SignInRequired } from "../src/errors/SignInRequired.js";
import type { ClientFrame } from "../src/frames.gen.js";
import { socket } from "../src/socket/socket.js";
import { aFinish, aWelcome, type Peer, socketServer } from "./socketServer.js";

type Hear = (frame: ClientFrame, peer: Peer) => void;

/** A server that welcomes everybody and lets the test deal with the rest. */
async function client(hear: Hear, credentials: GivenCredentials = "sat_1") {
  const frames: ClientFrame[] = [];
  const server = await socketServer((frame, peer) => {
    frames.push(frame);
    if (frame.type === "hello") peer.send(aWelcome());
    else hear(frame, peer);
  });
  return { ai: await createClient({ transport: socket({ server, credentials }) }), frames };
}

function begin(frame: ClientFrame, peer: Peer, ...texts: string[]): void {
  if (frame.type !== "generate") return;
  const generation = `gen_${frame.id}`;
  peer.send({ type: "started", id: frame.id, generation, model: "a/b" });
  for (const [at, text] of texts.entries()) peer.send({ type: "delta", generation, seq: at + 1, text });
}

test("two generations share one connection and are told apart", async () => {
  const waiting: (() => void)[] = [];
  const { ai, frames } = await client((frame, peer) => {
    if (frame.type !== "generate") return;
    const { content } = (frame.request as { messages: { content: string }[] }).messages[0]!;
    begin(frame, peer, content, "!");
    waiting.push(() => peer.send(aFinish(`gen_${frame.id}`, 3)));
    if (waiting.length === 2) for (const end of waiting.reverse()) end();
  });
  const [first, second] = await Promise.all([ai.chat("one"), ai.chat("two")]);
  expect([first.text, second.text]).toEqual(["one!", "two!"]);
  expect(first).toMatchObject({
    model: "a/b",
    provider: "lab",
    usage: { outputTokens: 2 },
    cost: { usd: 0.25, known: true },
  });
  expect(frames.map(({ type }) => type)).toEqual(["hello", "generate", "generate"]);
  expect(frames[0]).toEqual({ type: "hello", token: "sat_1" });
});

test("reasoning, pictures and tool calls come through", async () => {
  const { ai } = await client((frame, peer) => {
    begin(frame, peer);
    if (frame.type !== "generate") return;
    const generation = `gen_${frame.id}`;
    peer.send({ type: "delta", generation, seq: 1, reasoning: "Hm." });
    peer.send({ type: "delta", generation, seq: 2, tool_call: { index: 0, id: "call_1", name: "f", arguments: "{" } });
    peer.send({ type: "delta", generation, seq: 3, tool_call: { index: 0, arguments: "}" } });
    peer.send({ type: "delta", generation, seq: 4, image: { index: 0, url: "data:image/png;base64,AAAA" } });
    peer.send(aFinish(generation, 5, "tool_calls"));
  });
  const answer = await ai.chat("Hi");
  expect(answer.images).toEqual([{ url: "data:image/png;base64,AAAA" }]);
  expect(answer).toMatchObject({ reasoning: "Hm.", toolCalls: [{ id: "call_1", name: "f", arguments: "{}" }] });
});

test("a stop is told to the server, and its last word has the usage", async () => {
  const { ai, frames } = await client((frame, peer) => {
    begin(frame, peer, "Once");
    if (frame.type === "cancel") peer.send(aFinish(String(frame.generation), 2, "cancelled"));
  });
  const answer = ai.chat("Hi");
  for await (const _ of answer) break;
  await expect(answer).rejects.toMatchObject({
    name: "AbortError",
    usage: { outputTokens: 1 },
    cost: { usd: 0.25 },
    text: "Once",
  });
  expect(frames.at(-1)).toMatchObject({ type: "cancel" });
});

test("a lost connection is had back, and the generation goes on where it was", async () => {
  let lost = false;
  const { ai, frames } = await client((frame, peer) => {
    begin(frame, peer, "a", "b");
    if (frame.type === "generate") {
      lost = true;
      setTimeout(() => peer.close(), 30);
    }
    if (frame.type !== "attach") return;
    const generation = String(frame.generation);
    peer.send({ type: "delta", generation, seq: 2, text: "b" });
    peer.send({ type: "delta", generation, seq: 3, text: "c" });
    peer.send(aFinish(generation, 4));
  });
  expect(await ai.chat("Hi")).toMatchObject({ text: "abc", finishReason: "stop" });
  expect(lost).toBe(true);
  expect(frames.map(({ type }) => type)).toEqual(["hello", "generate", "hello", "attach"]);
  expect(frames.at(-1)).toMatchObject({ after: 2 });
});

test("a generation whose start was lost is asked for again under the same id", async () => {
  const { ai, frames } = await client((frame, peer) => {
    if (frames.filter(({ type }) => type === "generate").length < 2) return peer.close();
    begin(frame, peer, "ok");
    if (frame.type === "generate") peer.send(aFinish(`gen_${frame.id}`, 2));
  });
  expect(await ai.chat("Hi")).toMatchObject({ text: "ok" });
  const [first, second] = frames.filter((frame) => frame.type === "generate");
  expect(first?.id).toBe(second?.id);
});

test("a person who signs out while an answer comes is not asked to sign in again", async () => {
  const asked: string[] = [];
  const credentials = {
    isSignedIn: true,
    async token() {
      asked.push("token");
      return "sat_1";
    },
    renew: () => Promise.reject(new SignInRequired("Nobody is signed in any more.")),
  };
  const { ai, frames } = await client((frame, peer) => {
    begin(frame, peer, "Once");
    credentials.isSignedIn = false;
    peer.close(4401);
  }, credentials);
  await expect(ai.chat("Hi")).rejects.toThrow(SignInRequired);
  expect(asked).toEqual(["token"]);
  expect(frames.map(({ type }) => type)).toEqual(["hello", "generate"]);
});

test("a session that ended while an answer comes ends the answer at once, and says why", async () => {
  let ended = false;
  const server = await socketServer((frame, peer) => {
    if (ended) return peer.close(4401);
    if (frame.type === "hello") return peer.send(aWelcome());
    begin(frame, peer, "Once");
    ended = true;
    peer.close(4401);
  });
  const ai = await createClient({ transport: socket({ server, credentials: "sat_1" }) });
  await expect(ai.chat("Hi")).rejects.toThrow(SignInRequired);
});

test("a failure is typed, whether of one generation or of a frame that names our id only", async () => {
  const { ai } = await client((frame, peer) => {
    if (frame.type !== "generate") return;
    const details = { param: "model", provider_body: { message: "not here" } };
    const error = { code: "unknown_model", message: "No.", retryable: false, retry_after_s: null, details };
    peer.send({ type: "failed", id: frame.id, error, usage: null, cost: null });
  });
  await expect(ai.chat("Hi")).rejects.toMatchObject({
    name: "InvalidRequest",
    satchelCode: "unknown_model",
    data: { param: "model", body: { message: "not here" } },
    shortMessage: "No.",
  });
});

test("a refused token is renewed once; without another the person must sign in", async () => {
  const tokens: string[] = [];
  const server = await socketServer((frame, peer) => {
    if (frame.type === "hello") {
      tokens.push(frame.token);
      return frame.token === "sat_2" ? peer.send(aWelcome()) : peer.close(4401);
    }
    begin(frame, peer);
    if (frame.type === "generate") peer.send(aFinish(`gen_${frame.id}`, 1));
  });
  const given = ["sat_1", "sat_2"];
  const renewing = await createClient({ transport: socket({ server, credentials: () => given.shift() ?? "" }) });
  expect(await renewing.chat("Hi")).toMatchObject({ finishReason: "stop" });
  expect(tokens).toEqual(["sat_1", "sat_2"]);
  const old = await createClient({ transport: socket({ server, credentials: "sat_old" }) });
  await expect(old.chat("Hi")).rejects.toThrow(SignInRequired);
});

test("a call that is stopped while it waits for the connection takes no other call with it", async () => {
  const { ai } = await client((frame, peer) => {
    begin(frame, peer, "ok");
    if (frame.type === "generate") peer.send(aFinish(`gen_${frame.id}`, 2));
  });
  const [stopped, other] = [ai.chat("one"), ai.chat("two")];
  stopped.stop();
  await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
  expect((await other).text).toBe("ok");
});

test("a server that shuts the door rejects, and a stop before the start sends nothing", async () => {
  const frames: ClientFrame[] = [];
  const server = await socketServer((frame, peer) => {
    frames.push(frame);
    peer.close(1008);
  });
  const ai = await createClient({ transport: socket({ server, credentials: "sat_1" }) });
  await expect(ai.chat("Hi")).rejects.toThrow(NotConnected);
  const stopped = ai.chat("Hi");
  stopped.stop();
  await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
  expect(frames.some(({ type }) => type === "generate")).toBe(false);
});

test("what is too large for the socket is refused before it is sent", async () => {
  const { ai, frames } = await client(() => undefined);
  await expect(ai.chat("x".repeat(2000))).rejects.toMatchObject({ satchelCode: "request_too_large" });
  expect(frames).toHaveLength(1);
});

test("pushes reach whoever listens, and nonsense harms nobody", async () => {
  const { ai } = await client((frame, peer) => {
    peer.send({ type: "from-the-future" });
    peer.send({ type: "delta", generation: 7 });
    peer.send({ type: "event", event: "model_changed", data: { model: "c/d" } });
    begin(frame, peer);
    if (frame.type === "generate") peer.send(aFinish(`gen_${frame.id}`, 1));
  });
  const heard: unknown[] = [];
  ai.on("modelChanged", (data) => heard.push(data));
  await ai.chat("Hi");
  expect(heard).toEqual([{ model: "c/d" }]);
});
