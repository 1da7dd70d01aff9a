import { toServerError } from "../errors/toServerError.js";
import { isRecord } from "../isRecord.js";
import type { ServerApi } from "./ServerApi.js";
import { toReplyError } from "./toReplyError.js";

const WITHIN_MS = 60_000;

/**
 * Call a door and read the JSON object that it answers; empty where it answers nothing.
 *
 * @param heard Called with a good reply before its body is read.
 * @throws the server's error; one with `stream_broken` where the body does not come whole.
 */
export async function readReply(
  api: ServerApi,
  path: string,
  init: RequestInit = {},
  withinMs: number = WITHIN_MS,
  heard: (reply: Response) => void = () => undefined,
): Promise<Record<string, unknown>> {
  const reply = await api.call(path, init, withinMs);
  if (!reply.ok) throw await toReplyError(reply);
  heard(reply);
  if (reply.status === 204) return {};
  const body: unknown = await reply.json().catch((cause: unknown) => {
    if (init.signal?.aborted) throw cause;
    throw Object.assign(toServerError({ code: "stream_broken", message: "The answer did not come whole." }), { cause });
  });
  return isRecord(body) ? body : {};
}
