import type { Answer, Cost, FinishReason, ToolCall, Usage } from "./Answer.js";
import { SatchelError } from "./errors/SatchelError.js";
import { isRecord } from "./isRecord.js";

/**
 * Parse the result of `ai_generate`.
 *
 * @throws SatchelError −32603 when it is no answer at all; single missing fields get their neutral value.
 */
export function toAnswer(result: unknown): Answer {
  if (!isRecord(result) || typeof result.text !== "string") {
    throw new SatchelError(-32603, "Satchel answered in a shape that this SDK does not know.");
  }
  return {
    id: text(result.id),
    text: result.text,
    reasoning: text(result.reasoning),
    toolCalls: Array.isArray(result.toolCalls) ? result.toolCalls.filter(isRecord).map(toToolCall) : [],
    images: Array.isArray(result.images) ? result.images.filter(isRecord).map(({ url }) => ({ url: text(url) })) : [],
    finishReason: text(result.finishReason, "stop") as FinishReason,
    model: text(result.model),
    provider: text(result.provider),
    usage: toUsage(isRecord(result.usage) ? result.usage : {}),
    cost: toCost(isRecord(result.cost) ? result.cost : {}),
  };
}

function toToolCall(call: Record<string, unknown>): ToolCall {
  return { id: text(call.id), name: text(call.name), arguments: text(call.arguments) };
}

function toUsage(usage: Record<string, unknown>): Usage {
  return {
    inputTokens: count(usage.inputTokens),
    outputTokens: count(usage.outputTokens),
    reasoningTokens: count(usage.reasoningTokens),
    cachedTokens: count(usage.cachedTokens),
    estimated: usage.estimated === true,
  };
}

function toCost(cost: Record<string, unknown>): Cost {
  return { usd: count(cost.usd), known: cost.known === true };
}

function text(value: unknown, otherwise = ""): string {
  return typeof value === "string" ? value : otherwise;
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
