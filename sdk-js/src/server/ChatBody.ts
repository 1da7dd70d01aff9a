import { toOpenAIWords } from "./toOpenAIWords.js";

/** A chat-completions body, as far as we write it. */
export interface ChatBody {
  model: string;
  messages: readonly unknown[];
  [field: string]: unknown;
}

/** Write the params of `ai_generate` as a chat-completions body: the same names in OpenAI's spelling. */
export function toChatBody(params: object | undefined): ChatBody {
  const { model, messages, reason: _, ...wishes } = (params ?? {}) as Record<string, unknown>;
  return {
    model: typeof model === "string" && model ? model : "satchel/preferred",
    messages: Array.isArray(messages) ? messages : [],
    ...toOpenAIWords(wishes),
  };
}
