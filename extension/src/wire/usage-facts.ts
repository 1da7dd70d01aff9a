/** Token counts of one generation, in the page's spelling. */
export interface UsageFacts {
  inputTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  cachedTokens: number;
  estimated: boolean;
}
