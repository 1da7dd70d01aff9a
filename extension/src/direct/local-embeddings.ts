import { isRecord } from "../wire/is-record";
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
  let answer: Response;
  let told: unknown;
  try {
    signal.throwIfAborted();
    answer = await fetch(`${place.address}/embeddings`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.any([signal, patience]),
    });
    told = await answer.json().catch(() => null);
    signal.throwIfAborted();
    patience.throwIfAborted();
  } catch (error) {
    if (signal.aborted) throw error;
    throw failed(place, patience.aborted);
  }
  if (!answer.ok) throw localFailure.ofAnswer(place, answer.status, told);
  const vectors = isRecord(told) && Array.isArray(told["data"]) ? told["data"].map(vectorIn) : [];
  if (vectors.length === 0 || vectors.includes(null))
    throw localFailure.make(place, "provider_garbled", "sent something that cannot be read");
  for (const [index, values] of vectors.entries()) yield { type: "embedding", index, values: values ?? [] };
  yield { type: "end", reason: "stop", usage: usageIn(told) };
}

function failed(place: Place, isLate: boolean) {
  if (isLate) return localFailure.make(place, "provider_timeout", "says nothing any more");
  return localFailure.make(place, "provider_unavailable", "does not answer. Is it still running?");
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
