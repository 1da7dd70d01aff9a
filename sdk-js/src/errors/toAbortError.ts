/** What a stopped call had produced; null where nobody said. */
export interface AbortFacts {
  usage?: unknown;
  cost?: unknown;
  text?: string;
}

/** Make the `AbortError` of a stopped call, with what it came to. */
export function toAbortError({ usage = null, cost = null, text = "" }: AbortFacts = {}): DOMException {
  return Object.assign(new DOMException("The generation was stopped by the page.", "AbortError"), {
    usage,
    cost,
    text,
  });
}
