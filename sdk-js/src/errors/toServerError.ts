import type { ErrorCode } from "../frames.gen.js";
import type { ErrorData } from "./SatchelError.js";

/** What the server says of a failure, over either of its doors. */
export interface ServerFault {
  code: string;
  message: string;
  retryable?: boolean | undefined;
  retryAfterS?: number | undefined;
  provider?: string | undefined;
  status?: number | undefined;
  param?: unknown;
  body?: unknown;
  usage?: unknown;
  cost?: unknown;
}

const PROVIDER = 4300;
const INTERNAL = -32603;
/** The page's code for each of the server's. */
const CODES: Record<ErrorCode, number> = {
  consent_denied: 4001,
  cancelled: PROVIDER,
  consent_required: 4100,
  origin_blocked: 4100,
  model_not_granted: 4100,
  capability_not_granted: 4100,
  plugin_refused: 4100,
  refused: 4100,
  proof_needed: 4100,
  budget_exceeded: 4020,
  rate_limited: 4290,
  too_many_generations: 4290,
  throttled: 4290,
  not_found: -32602,
  request_too_large: -32602,
  malformed_request: -32602,
  request_invalid: -32602,
  unknown_model: -32602,
  unsupported_feature: -32602,
  context_too_long: -32602,
  token_missing: 4900,
  token_invalid: 4900,
  token_expired: 4900,
  token_revoked: 4900,
  proof_invalid: 4900,
  scope_missing: 4900,
  unauthenticated: 4900,
  draining: 4900,
  not_ready: 4900,
  key_problem: PROVIDER,
  key_missing: PROVIDER,
  key_gone: PROVIDER,
  key_rejected: PROVIDER,
  key_forbidden: PROVIDER,
  key_exhausted: PROVIDER,
  vault_locked: PROVIDER,
  provider_throttled: PROVIDER,
  provider_refused: PROVIDER,
  content_filtered: PROVIDER,
  provider_unavailable: PROVIDER,
  provider_timeout: PROVIDER,
  provider_garbled: PROVIDER,
  stream_broken: PROVIDER,
  stream_gap: PROVIDER,
  all_routes_failed: PROVIDER,
  upstream_error: PROVIDER,
  generation_not_found: PROVIDER,
  internal_error: INTERNAL,
};

/** Turn the server's words into an error with the page's numeric `code`, as every transport rejects. */
export function toServerError(fault: ServerFault): Error {
  const { code, message, ...facts } = fault;
  const given = Object.entries(facts).filter(([, value]) => value !== undefined && value !== null);
  const data: ErrorData = { satchelCode: code, message, ...Object.fromEntries(given) };
  const known = Object.hasOwn(CODES, code) ? CODES[code as ErrorCode] : INTERNAL;
  return Object.assign(new Error(message), { code: known, data });
}
