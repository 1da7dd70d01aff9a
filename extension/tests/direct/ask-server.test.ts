import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import type { DirectEvent } from "../../src/direct/direct-event";
import { localChat } from "../../src/direct/local-chat";
import { localEmbeddings } from "../../src/direct/local-embeddings";

/** What a server does with one connection once a request has come: end it, or write an answer. */
type Deed = (socket: Socket) => void;

const CHAT = { model: "llama3:8b", messages: [{ role: "user", content: "hi" }] };
const WORDS = [{ choices: [{ delta: { content: "Hello" } }] }, { choices: [{ delta: {}, finish_reason: "stop" }] }].map(
  (chunk) => `data: ${JSON.stringify(chunk)}\n\n`,
);
const reset: Deed = (socket) => socket.resetAndDestroy();
const says = answering("200 OK", "text/event-stream", [...WORDS, "data: [DONE]\n\n"].join(""));
let server: Server | null = null;

afterEach(() => void server?.close());

function answering(status: string, kind: string, body: string, more = ""): Deed {
  const head = `HTTP/1.1 ${status}\r\nContent-Type: ${kind}\r\nConnection: close\r\n${more}\r\n`;
  return (socket) => void socket.end(head + body);
}

/** A server on loopback that does one deed for each connection; the last goes on. Tells when each request came. */
async function serving(...deeds: Deed[]) {
  const cameAt: number[] = [];
  const made = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      cameAt.push(Date.now());
      (deeds[cameAt.length - 1] ?? deeds.at(-1))?.(socket);
    });
  });
  server = made;
  made.listen(0, "127.0.0.1");
  await once(made, "listening");
  const address = made.address();
  const port = typeof address === "object" ? address?.port : null;
  return { cameAt, place: { provider: "ollama", name: "Ollama", address: `http://127.0.0.1:${port}/v1` } };
}

async function all(events: AsyncGenerator<DirectEvent>) {
  const heard: DirectEvent[] = [];
  for await (const event of events) heard.push(event);
  return heard;
}

function kinds(events: DirectEvent[]) {
  return events.map((event) => (event.type === "failed" ? event.error.data?.satchelCode : event.type));
}

const still = new AbortController().signal;

it("C3: a connection that is reset before an answer is made anew, after a moment", async () => {
  const { place, cameAt } = await serving(reset, says);
  const heard = await all(localChat(place, CHAT, still, fetch));
  expect(kinds(heard)).toEqual(["provider_unavailable", "text-delta", "end"]);
  expect(Number(cameAt[1]) - Number(cameAt[0])).toBeGreaterThanOrEqual(195);
});

it("C3: embeddings are asked for anew, too", async () => {
  const vectors = JSON.stringify({ data: [{ embedding: [0.5] }] });
  const { place } = await serving(reset, answering("200 OK", "application/json", vectors));
  const heard = await all(localEmbeddings(place, { model: "m", input: "a" }, still, fetch));
  expect(kinds(heard)).toEqual(["provider_unavailable", "embedding", "end"]);
});

it("C3: a server that goes on resetting is given up after the second time, one that is gone too", async () => {
  const { place, cameAt } = await serving(reset);
  const failure = { data: { satchelCode: "provider_unavailable", retryable: true } };
  await expect(all(localChat(place, CHAT, still, fetch))).rejects.toMatchObject(failure);
  expect(cameAt).toHaveLength(2);
  server?.close();
  await expect(all(localChat(place, CHAT, still, fetch))).rejects.toMatchObject(failure);
});

it("C3: a busy server is asked again when it said, and not where it asks for more than two seconds", async () => {
  const busy = (wait: string) => answering("429 Too Many", "application/json", "{}", `Retry-After: ${wait}\r\n`);
  const soon = await serving(busy("0.5"), says);
  expect(kinds(await all(localChat(soon.place, CHAT, still, fetch)))[0]).toBe("provider_throttled");
  expect(Number(soon.cameAt[1]) - Number(soon.cameAt[0])).toBeGreaterThanOrEqual(495);
  server?.close();
  const late = await serving(busy("60"), says);
  const failure = { data: { satchelCode: "provider_throttled", retryAfterS: 60 } };
  await expect(all(localChat(late.place, CHAT, still, fetch))).rejects.toMatchObject(failure);
  expect(late.cameAt).toHaveLength(1);
});

it("C3: what waiting does not mend, and an answer that began, are not asked for again", async () => {
  const cut = answering("200 OK", "text/event-stream", String(WORDS[0]));
  for (const deed of [answering("404 Not Found", "application/json", "{}"), cut]) {
    const { place, cameAt } = await serving(deed, says);
    await expect(all(localChat(place, CHAT, still, fetch))).rejects.toMatchObject({ data: { retryable: false } });
    expect(cameAt).toHaveLength(1);
    server?.close();
  }
});

it("C3: nobody is asked again once the request is not wanted any more", async () => {
  const stopper = new AbortController();
  const { place, cameAt } = await serving(answering("503 Busy", "application/json", "{}", "Retry-After: 2\r\n"), says);
  const events = localChat(place, CHAT, stopper.signal, fetch);
  expect(await events.next()).toMatchObject({ value: { type: "failed" } });
  const waiting = events.next();
  stopper.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  expect(cameAt).toHaveLength(1);
});
