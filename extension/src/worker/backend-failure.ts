import type { ProviderBody } from "../../../sdk-js/src/errors/ProviderBody";
import type { CostFacts } from "../wire/cost-facts";
import { isRecord } from "../wire/is-record";
import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import type { UsageFacts } from "../wire/usage-facts";

interface BackendError {
  code: string;
  message: string;
  retryable?: boolean;
  retry_after_s?: number | null;
  details?: Record<string, unknown>;
}

/** The backend's stable codes and what a page is told; anything else is our bug. */
const CODES: Record<string, number> = {
  consent_denied: RpcCode.rejected,
  consent_required: RpcCode.unauthorized,
  origin_blocked: RpcCode.unauthorized,
  model_not_granted: RpcCode.unauthorized,
  capability_not_granted: RpcCode.unauthorized,
  plugin_refused: RpcCode.unauthorized,
  budget_exceeded: RpcCode.budgetExceeded,
  rate_limited: RpcCode.rateLimited,
  too_many_generations: RpcCode.rateLimited,
  throttled: RpcCode.rateLimited,
  refused: RpcCode.unauthorized,
  proof_needed: RpcCode.unauthorized,
  not_found: RpcCode.invalidParams,
  request_too_large: RpcCode.invalidParams,
  malformed_request: RpcCode.invalidParams,
  request_invalid: RpcCode.invalidParams,
  unknown_model: RpcCode.invalidParams,
  unsupported_feature: RpcCode.invalidParams,
  context_too_long: RpcCode.invalidParams,
  token_missing: RpcCode.disconnected,
  token_invalid: RpcCode.disconnected,
  scope_missing: RpcCode.disconnected,
  draining: RpcCode.disconnected,
  not_ready: RpcCode.disconnected,
  token_expired: RpcCode.disconnected,
  token_revoked: RpcCode.disconnected,
  proof_invalid: RpcCode.disconnected,
  unauthenticated: RpcCode.disconnected,
};

/** Failures of a provider or a key: the HTTP status to name where the provider gave none. */
const STATUS: Record<string, number> = {
  key_problem: 401,
  key_missing: 401,
  key_gone: 401,
  key_rejected: 401,
  key_forbidden: 403,
  vault_locked: 401,
  key_exhausted: 402,
  provider_throttled: 429,
  provider_refused: 400,
  content_filtered: 400,
  provider_unavailable: 503,
  provider_timeout: 504,
  provider_garbled: 502,
  stream_broken: 502,
  stream_gap: 502,
  all_routes_failed: 502,
  upstream_error: 502,
  generation_not_found: 502,
  cancelled: 499,
};

/** Translates an error of the backend into the page's codes; its message is safe to show and is kept. */
export function backendFailure(
  error: BackendError,
  produced: { usage?: UsageFacts | null; cost?: CostFacts | null } = {},
): RpcFailure {
  const details = error.details ?? {};
  const given = details["status"] ?? details["upstream_status"];
  const body = bodyIn(details["provider_body"]);
  const isProvider = Object.hasOwn(STATUS, error.code);
  const code = isProvider ? RpcCode.providerFailed : (CODES[error.code] ?? RpcCode.internal);
  return new RpcFailure(code, error.message, {
    satchelCode: error.code,
    message: error.message,
    retryable: error.retryable ?? false,
    retryAfterS: error.retry_after_s ?? null,
    ...(isProvider ? { status: typeof given === "number" ? given : (STATUS[error.code] ?? null) } : {}),
    ...(typeof details["provider"] === "string" ? { provider: details["provider"] } : {}),
    ...(typeof details["param"] === "string" ? { param: details["param"] } : {}),
    ...(body === undefined ? {} : { body }),
    ...(produced.usage ? { usage: produced.usage } : {}),
    ...(produced.cost ? { cost: produced.cost } : {}),
  });
}

/** What a page may read of a provider's own error body; undefined where it says nothing. */
function bodyIn(given: unknown): ProviderBody | undefined {
  if (!isRecord(given)) return undefined;
  const said = (["message", "type", "code"] as const)
    .map((name) => [name, given[name]] as const)
    .filter(([, value]) => (typeof value === "string" && value !== "") || typeof value === "number");
  return said.length > 0 ? Object.fromEntries(said) : undefined;
}
