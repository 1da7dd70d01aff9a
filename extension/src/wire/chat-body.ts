import { isRecord } from "./is-record";
import { sendable } from "./sendable";

/** An OpenAI-shaped chat-completions body, as far as we look into it. */
export interface ChatBody {
  model: string;
  messages: readonly Record<string, unknown>[];
  max_tokens?: number;
  temperature?: number;
  top_p?: number;
  stop?: string | readonly string[];
  tools?: readonly unknown[];
  tool_choice?: unknown;
  response_format?: unknown;
  [tuning: string]: unknown;
}

const PREFERRED = "satchel/preferred";
const MODEL_LENGTH = 300;
const NO_MODEL = `model must be a string of at most ${MODEL_LENGTH} characters`;

/** The page's spelling of each optional field, and what it must be. */
const OPTIONAL = [
  ["maxTokens", "max_tokens", "number"],
  ["temperature", "temperature", "number"],
  ["topP", "top_p", "number"],
  ["stop", "stop", "stop"],
  ["tools", "tools", "array"],
  ["toolChoice", "tool_choice", "any"],
  ["responseFormat", "response_format", "object"],
  ["parallelToolCalls", "parallel_tool_calls", "boolean"],
  ["topK", "top_k", "number"],
  ["minP", "min_p", "number"],
  ["seed", "seed", "number"],
  ["frequencyPenalty", "frequency_penalty", "number"],
  ["presencePenalty", "presence_penalty", "number"],
  ["repetitionPenalty", "repetition_penalty", "number"],
  ["logitBias", "logit_bias", "object"],
  ["reasoningEffort", "reasoning_effort", "string"],
  ["verbosity", "verbosity", "string"],
  ["modalities", "modalities", "array"],
] as const;

/** Whether a page may name a model so, or none: the name is remembered while its request runs. */
function isModel(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || (typeof value === "string" && value.length <= MODEL_LENGTH);
}

function fits(value: unknown, kind: (typeof OPTIONAL)[number][2]): boolean {
  switch (kind) {
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "boolean":
    case "string":
      return typeof value === kind;
    case "stop":
      return typeof value === "string" || (Array.isArray(value) && value.every((item) => typeof item === "string"));
    case "array":
      return Array.isArray(value);
    case "object":
      return isRecord(value);
    case "any":
      return true;
  }
}

/** Turns `ai_generate` params into a request body, or says in words what is wrong with them. */
function fromParams(params: Record<string, unknown>): ChatBody | string {
  const { messages, model } = params;
  if (!Array.isArray(messages) || messages.length === 0) return "messages must be a list with at least one message";
  if (!messages.every((item) => isRecord(item) && typeof item["role"] === "string")) return "each message needs a role";
  if (!isModel(model)) return NO_MODEL;
  const body: Record<string, unknown> = { model: model || PREFERRED, messages };
  for (const [name, field, kind] of OPTIONAL) {
    const value = params[name];
    if (value === undefined || value === null) continue;
    if (!fits(value, kind)) return `${name} has the wrong type`;
    body[field] = value;
  }
  return (sendable(body) as ChatBody | undefined) ?? "the request nests too deeply";
}

export const ChatBody = { fromParams, isModel, NO_MODEL, PREFERRED };
