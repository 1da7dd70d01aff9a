import { toOpenAIWords } from "./toOpenAIWords.js";

/** A chat-completions body, as far as we write it. */
export interface ChatBody {
  model: string;
  messages: readonly unknown[];
  [field: string]: unknown;
}

/**
 * Write the params of `ai_generate` as a chat-completions body: the same names in OpenAI's spelling.
 *
 * @throws where one of them is unknown: a server passes over what it does not know, and nobody would hear of a misspelt word.
 */
export async function toChatBody(params: object = {}): Promise<ChatBody> {
  const { refuseUnknown } = await import("./refuseUnknown.js"); // on need: it is 1 kB that no page needs to begin with
  refuseUnknown("ai_generate", params);
  const { model, messages, reason: _, ...wishes } = params as Record<string, unknown>;
  return {
    model: typeof model === "string" && model ? model : "satchel/preferred",
    messages: Array.isArray(messages) ? messages : [],
    ...toOpenAIWords(wishes),
  };
}
