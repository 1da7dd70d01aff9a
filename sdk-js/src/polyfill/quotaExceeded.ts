interface QuotaExceeded {
  new (message: string, options: { requested: number; quota: number }): DOMException;
}

/** Make a `QuotaExceededError`, which says how much was wanted and how much there was; of the browser's own class where it has one. */
export function quotaExceeded(requested: number, quota: number): DOMException {
  const message = `The input takes about ${requested} tokens, and ${quota} are left.`;
  const Native = (globalThis as { QuotaExceededError?: QuotaExceeded }).QuotaExceededError;
  if (Native !== undefined) return new Native(message, { requested, quota: Math.max(quota, 0) });
  return Object.assign(new DOMException(message, "QuotaExceededError"), { requested, quota });
}
