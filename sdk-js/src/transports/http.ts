import { oauth } from "../auth/oauth.js";
import { type GivenCredentials, toCredentials } from "../auth/toCredentials.js";
import { toAbortError } from "../errors/toAbortError.js";
import { Hearers } from "../Hearers.js";
import { toChatBody } from "../server/ChatBody.js";
import { ChatCompletion } from "../server/ChatCompletion.js";
import { readCompletion } from "../server/readCompletion.js";
import { ServerApi } from "../server/ServerApi.js";
import type { Connect, TransportRequest } from "../Transport.js";

/** Where a Satchel server is, and who asks. */
export interface ServerOptions {
  /** The server's address, such as `https://satchel.example`. */
  server: string;
  /** A token, a function that gets one, or a session; by default the person signs in with `oauth({ server })`. */
  credentials?: GivenCredentials | undefined;
}

const AFTER_STOP_MS = 5_000;

/**
 * Reach a Satchel server by HTTP and server-sent events: one request a call, from any page, no extension needed.
 *
 * Connecting only looks whether the server is there. The first call opens the window to sign in, so make it after a click.
 */
export function http({ server, credentials }: ServerOptions): Connect {
  const api = new ServerApi(server, toCredentials(credentials ?? oauth({ server })));
  return async ({ timeoutMs }) => {
    await api.reach(timeoutMs);
    const hearers = new Hearers();
    api.credentials.onChange?.(() => hearers.tell("permissionsChanged", {}));
    return hearers.transport((call) => (call.method === "ai_generate" ? generate(api, call) : api.ask(call)));
  };
}

/** Ask, and when stopped ask the server to stop, so that the stream still ends with its usage. */
async function generate(api: ServerApi, { params, signal, onEvent }: TransportRequest): Promise<unknown> {
  const hangUp = new AbortController();
  const completion = new ChatCompletion((event) => {
    if (!signal?.aborted) onEvent?.(event);
  });
  let generation: string | null = null;
  let patience: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    if (generation === null || !api.credentials.isSignedIn) return hangUp.abort();
    patience = setTimeout(() => hangUp.abort(), AFTER_STOP_MS);
    api.call(`/v1/generations/${generation}/cancel`, { method: "POST" }).catch(() => hangUp.abort());
  };
  signal?.addEventListener("abort", stop, { once: true });
  try {
    if (signal?.aborted) throw toAbortError();
    const reply = await api.call("/v1/chat/completions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...(await toChatBody(params)), stream: true }),
      signal: hangUp.signal,
    });
    generation = reply.headers.get("x-generation-id");
    await readCompletion(reply, completion);
    if (signal?.aborted) throw toAbortError(completion.facts());
    return completion.result();
  } catch (cause) {
    throw signal?.aborted ? toAbortError(completion.facts()) : cause;
  } finally {
    clearTimeout(patience);
    signal?.removeEventListener("abort", stop);
  }
}
