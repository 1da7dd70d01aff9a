import { isRecord } from "../isRecord.js";
import { toHttpError } from "./toHttpError.js";

/** Turn a reply that is no success into an error with the page's numeric `code`. */
export async function toReplyError(reply: Response): Promise<Error> {
  const body: unknown = await reply.json().catch(() => undefined);
  return toHttpError(isRecord(body) && isRecord(body.error) ? body.error : {}, reply.status);
}
