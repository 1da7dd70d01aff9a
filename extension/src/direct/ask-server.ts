import { RpcFailure } from "../wire/rpc-failure";
import type { DirectEvent } from "./direct-event";
import { localFailure } from "./local-failure";

interface Place {
  provider: string;
  /** The server's name for people. */
  name: string;
  /** Its base address, with `/v1`. */
  address: string;
}

interface Asked {
  path: string;
  body: unknown;
  accept: string;
  signal: AbortSignal;
}

/** As patient as the backend: how long before a second try where the server does not say, and how long at the most. */
const UNSAID_S = 0.2;
const LONGEST_S = 2;
const MAY_PASS = new Set(["provider_unavailable", "provider_throttled"]);

/**
 * Sends a request to a server of this computer; once more where no answer began, or where it is busy or not well. Nobody pays for that, and
 * the first try is over: its connection broke, or has said all. Silence is waited for by the caller, and not repeated. Yields what failed.
 */
export async function* askServer(
  place: Place,
  asked: Asked,
  fetch: typeof globalThis.fetch,
): AsyncGenerator<DirectEvent, Response, undefined> {
  try {
    return await once(place, asked, fetch);
  } catch (error) {
    const waitS = patienceFor(error);
    if (waitS === null) throw error;
    yield { type: "failed", error: error as RpcFailure };
    await rest(waitS, asked.signal);
  }
  return await once(place, asked, fetch);
}

async function once(place: Place, { path, body, accept, signal }: Asked, fetch: typeof globalThis.fetch) {
  let answer: Response;
  try {
    answer = await fetch(`${place.address}${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: accept },
      body: JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw localFailure.make(place, "provider_unavailable", "does not answer. Is it still running?");
  }
  if (answer.ok && answer.body !== null) return answer;
  throw localFailure.ofAnswer(place, answer, await answer.json().catch(() => null));
}

function patienceFor(error: unknown): number | null {
  if (!(error instanceof RpcFailure) || !MAY_PASS.has(error.data?.satchelCode ?? "")) return null;
  const waitS = error.data?.retryAfterS ?? UNSAID_S;
  return waitS <= LONGEST_S ? waitS : null;
}

/** Waits, and no longer than the request is wanted. */
async function rest(seconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, seconds * 1_000);
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", stop, { once: true });
  });
  signal.throwIfAborted();
}
