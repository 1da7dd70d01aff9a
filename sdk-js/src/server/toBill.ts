import { isRecord } from "../isRecord.js";

/** Read OpenAI's `usage` object, with our `cost` in it, in the words of the page protocol. */
export function toBill(usage: Record<string, unknown>): { usage: object; cost: object } {
  const input = isRecord(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const output = isRecord(usage.completion_tokens_details) ? usage.completion_tokens_details : {};
  const paid = isRecord(usage.cost_details) ? usage.cost_details : {};
  return {
    usage: {
      inputTokens: usage.prompt_tokens,
      outputTokens: usage.completion_tokens,
      reasoningTokens: output.reasoning_tokens,
      cachedTokens: input.cached_tokens,
      estimated: usage.estimated === true,
    },
    cost: { usd: usage.cost, known: typeof usage.cost === "number" && paid.price_known !== false },
  };
}
