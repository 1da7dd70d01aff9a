/** A chat-completions body, as far as we write it. */
export interface ChatBody {
  model: string;
  messages: readonly unknown[];
  [field: string]: unknown;
}

const FIELDS: Readonly<Record<string, string>> = {
  maxTokens: "max_tokens",
  temperature: "temperature",
  topP: "top_p",
  stop: "stop",
  tools: "tools",
  toolChoice: "tool_choice",
  responseFormat: "response_format",
};

/** Write the params of `ai_generate` as a chat-completions body. */
export function toChatBody(params: object | undefined): ChatBody {
  const given = (params ?? {}) as Record<string, unknown>;
  const body: ChatBody = {
    model: typeof given.model === "string" && given.model ? given.model : "satchel/preferred",
    messages: Array.isArray(given.messages) ? given.messages : [],
  };
  for (const [name, field] of Object.entries(FIELDS)) {
    if (given[name] !== undefined && given[name] !== null) body[field] = given[name];
  }
  return body;
}
