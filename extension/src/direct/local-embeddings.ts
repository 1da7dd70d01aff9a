import { isRecord } from "../wire/is-record";
import { askServer } from "./ask-server";
import type { DirectEvent } from "./direct-event";
import { localFailure } from "./local-failure";

interface Place {
  provider: string;
  /** The server's name for people. */
  name: string;
  /** Its base address, with `/v1`. */
  address: string;
}

/** A large model is read from the disk first. */
const WITHIN_MS = 300_000;

/** Has a model server of this computer embed texts over its OpenAI-compatible door. */
export async function* localEmbeddings(
  place: Place,
  body: object,
  signal: AbortSignal,
  fetch: typeof globalThis.fetch,
): AsyncGenerator<DirectEvent, void, undefined> {
  const patience = AbortSignal.timeout(WITHIN_MS);
  let told: unknown;
  try {
    signal.throwIfAborted();
    const until = AbortSignal.any([signal, patience]);
    const asked = { path: "/embeddings", body, accept: "application/json", signal: until };
    const answer = yield* askServer(place, asked, fetch);
    told = await answer.json().catch(() => null);
    until.throwIfAborted();
  } catch (error) {
    signal.throwIfAborted();
    if (patience.aborted) throw localFailure.make(place, "provider_timeout", "says nothing any more");
    throw error;
  }
  const vectors = isRecord(told) && Array.isArray(told["data"]) ? told["data"].map(vectorIn) : [];
  if (vectors.length === 0 || vectors.includes(null))
    throw localFailure.make(place, "provider_garbled", "sent something that cannot be read");
  for (const [index, values] of vectors.entries()) yield { type: "embedding", index, values: values ?? [] };
  yield { type: "end", reason: "stop", usage: usageIn(told) };
}

function vectorIn(item: unknown): number[] | null {
  const values = isRecord(item) ? item["embedding"] : null;
  return Array.isArray(values) && values.every((value) => typeof value === "number") ? values : null;
}

function usageIn(told: unknown) {
  const usage = isRecord(told) && isRecord(told["usage"]) ? told["usage"]["prompt_tokens"] : null;
  if (typeof usage !== "number") return null;
  return { inputTokens: usage, outputTokens: 0, reasoningTokens: 0, cachedTokens: 0, estimated: false };
}
