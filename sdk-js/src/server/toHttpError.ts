import { type ServerFault, toServerError } from "../errors/toServerError.js";
import { isRecord } from "../isRecord.js";

/** For servers that are not Satchel and give no stable code. */
const BY_STATUS: Readonly<Record<number, string>> = {
  400: "malformed_request",
  401: "token_invalid",
  402: "budget_exceeded",
  403: "refused",
  404: "not_found",
  413: "request_too_large",
  429: "rate_limited",
  503: "not_ready",
};

/** Turn the `error` of an OpenAI-shaped body into an error with the page's numeric `code`. */
export function toHttpError(
  error: Record<string, unknown>,
  status: number,
  produced: Pick<ServerFault, "usage" | "cost"> = {},
): Error {
  const about = isRecord(error.metadata) ? error.metadata : {};
  const code = typeof about.satchel_code === "string" ? about.satchel_code : (BY_STATUS[status] ?? "upstream_error");
  return toServerError({
    code,
    message: typeof error.message === "string" ? error.message : `The server answered with status ${status}.`,
    status: typeof error.code === "number" ? error.code : status,
    provider: typeof about.provider_name === "string" ? about.provider_name : undefined,
    body: isRecord(about.details) ? about.details.provider_body : undefined,
    retryable: about.retryable === true,
    retryAfterS: typeof about.retry_after_s === "number" ? about.retry_after_s : undefined,
    param: error.param,
    usage: produced.usage,
    cost: produced.cost,
  });
}
