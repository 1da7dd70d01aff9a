import { toServerError } from "../errors/toServerError.js";
import type { ChatCompletion } from "./ChatCompletion.js";
import { readEventStream } from "./readEventStream.js";
import { toReplyError } from "./toReplyError.js";

/** Read an OpenAI-shaped reply, JSON or server-sent events, to its end into `completion`, which keeps what came if it fails. */
export async function readCompletion(reply: Response, completion: ChatCompletion): Promise<void> {
  if (!reply.ok) throw await toReplyError(reply);
  if (!reply.body || !reply.headers.get("content-type")?.includes("text/event-stream")) {
    completion.add(parsed(await reply.text()));
    return;
  }
  for await (const data of whole(reply.body)) {
    if (data === "[DONE]") return;
    completion.add(parsed(data));
  }
}

async function* whole(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  try {
    yield* readEventStream(body);
  } catch (cause) {
    throw Object.assign(toServerError({ code: "stream_broken", message: "The connection broke off." }), { cause });
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (cause) {
    throw Object.assign(toServerError({ code: "provider_garbled", message: "The answer cannot be read." }), { cause });
  }
}
