import { readEventStream } from "../../../sdk-js/src/server/readEventStream";
import type { ChatBody } from "../wire/chat-body";
import { isRecord } from "../wire/is-record";
import { RpcFailure } from "../wire/rpc-failure";
import { askServer } from "./ask-server";
import { ChatChunks } from "./chat-chunks";
import type { DirectEvent } from "./direct-event";
import { localFailure } from "./local-failure";
import { PlainChunks } from "./plain-chunks";
import { plainPrompt } from "./plain-prompt";

interface Place {
  provider: string;
  /** The server's name for people. */
  name: string;
  /** Its base address, with `/v1`. */
  address: string;
  /** It knows no chats: what is said is written into one prompt. */
  isPlain?: boolean;
}

/** A large model is read from the disk before its first word. */
const FIRST_WITHIN_MS = 300_000;
const NEXT_WITHIN_MS = 60_000;

/** Asks a model server of this computer over its OpenAI-compatible door, or Window AI's old one, and waits no longer than is sensible. */
export async function* localChat(
  place: Place,
  body: ChatBody,
  signal: AbortSignal,
  fetch: typeof globalThis.fetch,
): AsyncGenerator<DirectEvent, void, undefined> {
  const patience = new Patience();
  try {
    patience.wait(FIRST_WITHIN_MS);
    const answer = yield* asked(place, body, AbortSignal.any([signal, patience.signal]), fetch);
    for await (const event of eventsOf(place, answer)) {
      patience.wait(NEXT_WITHIN_MS);
      yield event;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (patience.signal.aborted) throw localFailure.make(place, "provider_timeout", "says nothing any more");
    if (error instanceof RpcFailure) throw error;
    throw localFailure.make(place, "stream_broken", "hung up in the middle of its answer");
  } finally {
    patience.end();
  }
}

async function* asked(place: Place, body: ChatBody, signal: AbortSignal, fetch: typeof globalThis.fetch) {
  const wanted = place.isPlain ? plainPrompt(body) : { ...body, stream: true, stream_options: { include_usage: true } };
  const path = place.isPlain ? "/completions" : "/chat/completions";
  const answer = yield* askServer(place, { path, body: wanted, accept: "text/event-stream", signal }, fetch);
  const stream = answer.body ?? new ReadableStream<Uint8Array>();
  return place.isPlain ? asEvents(answer, stream) : stream;
}

/** A plain server may answer as a whole, and may hang up without the blank line that ends its last event. */
function asEvents(answer: Response, body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const isWhole = answer.headers.get("content-type")?.includes("application/json");
  const write = (text: string) => (to: TransformStreamDefaultController<Uint8Array>) =>
    to.enqueue(new TextEncoder().encode(text));
  return body.pipeThrough(new TransformStream({ start: write(isWhole ? "data: " : ""), flush: write("\n\n") }));
}

async function* eventsOf(place: Place, body: ReadableStream<Uint8Array>): AsyncGenerator<DirectEvent, void, undefined> {
  const chunks = place.isPlain ? new PlainChunks() : new ChatChunks();
  let isDone = false;
  for await (const data of readEventStream(body)) {
    if (data === "[DONE]") {
      isDone = true;
      break;
    }
    yield* chunks.read(chunkIn(place, data));
  }
  if (!isDone && !chunks.isOver) throw localFailure.make(place, "stream_broken", "stopped before its answer was whole");
  yield { type: "end", reason: chunks.reason, usage: chunks.usage };
}

function chunkIn(place: Place, data: string): Record<string, unknown> {
  let chunk: unknown;
  try {
    chunk = JSON.parse(data);
  } catch {
    chunk = null;
  }
  if (!isRecord(chunk)) throw localFailure.make(place, "provider_garbled", "sent something that cannot be read");
  if (chunk["error"] !== undefined && chunk["error"] !== null) throw localFailure.inStream(place, chunk["error"]);
  return chunk;
}

/** How long one waits for the next thing; each `wait` begins anew. */
class Patience {
  private readonly over = new AbortController();
  private timer: ReturnType<typeof setTimeout> | null = null;

  get signal(): AbortSignal {
    return this.over.signal;
  }

  wait(ms: number): void {
    this.end();
    this.timer = setTimeout(() => this.over.abort(), ms);
  }

  end(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }
}
