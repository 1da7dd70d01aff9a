/** Token counts; `estimated` when the provider did not report them. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  cachedTokens: number;
  estimated: boolean;
}

/** Money in US dollars. `known: false` means that nobody knows the price, not that it was free. */
export interface Cost {
  usd: number;
  known: boolean;
}

/** A function the model wants called; `arguments` is JSON text as the model wrote it. */
export interface ToolCall {
  id: string;
  name: string;
  arguments: string;
}

/** Why the model stopped. */
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "error" | "cancelled";

/** The whole answer. Where tools of the page ran in between, `usage` and `cost` are the sum of all steps, the rest is the last one's. */
export interface Answer<T = unknown> {
  /** The generation's id, `gen_…`, as the person sees it under Activity. */
  id: string;
  text: string;
  /** The text read as JSON, where a `schema` was given. Only its syntax is checked: models may stray from a schema. */
  object?: T;
  /** What the model thought aloud; empty when it did not. */
  reasoning: string;
  /** Empty when there are none. */
  toolCalls: ToolCall[];
  /** Pictures, of models that draw while they chat (`modalities: ["text", "image"]`): data URLs, or links. */
  images: { url: string }[];
  finishReason: FinishReason;
  /** The model that really answered; it can differ from the one you wished for. */
  model: string;
  provider: string;
  usage: Usage;
  cost: Cost;
}
