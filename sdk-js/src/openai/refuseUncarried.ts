import { InvalidRequest } from "../errors/InvalidRequest.js";

const NO_LOGPROBS = "no answer has log probabilities here; leave it out";
const NOT_KEPT = "nothing is kept here; leave it out and send the whole conversation as input";

/** What would change the answer and cannot be carried, with what to do in its place: what the server's own doors refuse, too. */
const UNCARRIED: Readonly<Record<"chat" | "responses", Readonly<Record<string, string>>>> = {
  chat: {
    logprobs: NO_LOGPROBS,
    top_logprobs: NO_LOGPROBS,
    functions: "send tools in their place",
    web_search_options: "no provider is asked to search the web; leave it out",
  },
  responses: {
    previous_response_id: NOT_KEPT,
    conversation: NOT_KEPT,
    prompt: NOT_KEPT,
    background: "nothing is kept here; leave it out and ask for a stream",
    store: "nothing is kept here; send false or leave it out",
    top_logprobs: NO_LOGPROBS,
  },
};

/**
 * Refuse a body of OpenAI's that asks for what pages cannot have, by its field; null, false, 0 and an empty list ask for nothing.
 *
 * What is only a hint (`user`, `service_tier`, `prediction`) is passed over, like all that nobody knows.
 */
export function refuseUncarried(kind: "chat" | "responses", body: Record<string, unknown>): void {
  const found = Object.entries(UNCARRIED[kind]).find(([param]) => isAsked(body[param]));
  if (found) throw uncarried(...found);
}

/** Return the error that names a field and says what to do in its place. */
export function uncarried(param: string, instead: string): InvalidRequest {
  const data = { satchelCode: "malformed_request", param };
  return new InvalidRequest(-32602, `${param} is not possible: ${instead}.`, data);
}

function isAsked(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}
