import type { UsageFacts } from "../wire/usage-facts";

interface WireUsage {
  input_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  cached_tokens: number;
  estimated: boolean;
}

/** The backend's token counts in the page's spelling. */
export function usageOf(usage: WireUsage): UsageFacts {
  return {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    reasoningTokens: usage.reasoning_tokens,
    cachedTokens: usage.cached_tokens,
    estimated: usage.estimated,
  };
}
