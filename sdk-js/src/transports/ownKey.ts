import { toAbortError } from "../errors/toAbortError.js";
import { UnsupportedMethod } from "../errors/UnsupportedMethod.js";
import { type ChatBody, toChatBody } from "../server/ChatBody.js";
import { ChatCompletion } from "../server/ChatCompletion.js";
import { readCompletion } from "../server/readCompletion.js";
import type { Connect, TransportRequest } from "../Transport.js";

/**
 * The page's own way to a model, such as its server that holds a key.
 *
 * `body` is an OpenAI chat-completions body that asks for a stream. Answer with an OpenAI-shaped `Response` (JSON or server-sent
 * events), with a text, or with an async iterable of pieces of text.
 */
export type OwnAsk = (body: ChatBody, signal: AbortSignal | undefined) => Answered | Promise<Answered>;

type Answered = Response | string | AsyncIterable<string>;

/** Answer with a function of the page's own: the last resort where the visitor brings no model. The page pays, and asks nobody. */
export function ownKey(ask: OwnAsk): Connect {
  return async () => ({
    async request(call) {
      if (call.method === "ai_generate") return generate(ask, call);
      if (call.method === "ai_getPermissions") return { state: "granted", capabilities: ["model:prompt"] };
      if (call.method === "ai_getCurrentModel") return { model: "satchel/preferred" };
      if (call.method === "ai_listModels") return { models: [] };
      throw new UnsupportedMethod(4200, `${call.method} needs the visitor's Satchel.`);
    },
    subscribe: () => () => undefined,
  });
}

async function generate(ask: OwnAsk, { params, signal, onEvent }: TransportRequest): Promise<unknown> {
  const completion = new ChatCompletion((event) => onEvent?.(event));
  try {
    const answered = await ask({ ...(await toChatBody(params)), stream: true }, signal);
    if (answered instanceof Response) await readCompletion(answered, completion);
    else await write(typeof answered === "string" ? [answered] : answered, completion, signal);
    if (signal?.aborted) throw toAbortError(completion.facts());
    return completion.result();
  } catch (cause) {
    throw signal?.aborted ? toAbortError(completion.facts()) : cause;
  }
}

async function write(
  pieces: Iterable<string> | AsyncIterable<string>,
  completion: ChatCompletion,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const content of pieces) {
    if (signal?.aborted) return;
    completion.add({ choices: [{ delta: { content } }] });
  }
  completion.add({ choices: [{ delta: {}, finish_reason: "stop" }] });
}
