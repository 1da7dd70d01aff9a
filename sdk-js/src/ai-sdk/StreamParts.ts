import type { LanguageModelV3FinishReason, LanguageModelV3StreamPart, LanguageModelV3Usage } from "@ai-sdk/provider";
import type { Answer, FinishReason, Usage } from "../Answer.js";
import type { Part } from "../Part.js";

/** What both specifications say alike; files are the only part in which they differ. */
export type StreamPart = Exclude<LanguageModelV3StreamPart, { type: "file" }>;

const FINISH: Readonly<Record<FinishReason, LanguageModelV3FinishReason["unified"]>> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool-calls",
  content_filter: "content-filter",
  error: "error",
  cancelled: "other",
};

/** Turns the parts of an answer into the AI SDK's stream parts: blocks that begin and end, in the order in which they came. */
export class StreamParts {
  readonly #calls: { id: string; isOpen: boolean }[] = [];
  #open: { type: "text" | "reasoning"; id: string } | undefined;
  #blocks = 0;

  /** Return what one part is in the AI SDK's words. */
  add(part: Part): StreamPart[] {
    if (part.type === "text" || part.type === "reasoning") return this.#piece(part.type, part.text);
    if (part.type === "tool-input") return this.#input(part);
    if (part.type === "tool-call") return [...this.#closeCall(part.id), ...this.#close(), toToolCall(part)];
    return []; // pictures: `ask.ts`; results: tools run in the AI SDK, never in the client
  }

  /** Return what ends the block that is open, before something that is no block comes. */
  pause(): StreamPart[] {
    return this.#close();
  }

  /** Return what ends the stream. */
  end(answer: Answer): StreamPart[] {
    return [
      ...this.#close(),
      { type: "response-metadata", id: answer.id, modelId: answer.model },
      {
        type: "finish",
        usage: toUsage(answer.usage),
        finishReason: toFinishReason(answer),
        providerMetadata: toMetadata(answer),
      },
    ];
  }

  #piece(type: "text" | "reasoning", delta: string): StreamPart[] {
    const before = this.#open?.type === type ? [] : [...this.#close(), this.#begin(type)];
    return [...before, { type: `${type}-delta`, id: this.#open?.id ?? "", delta }];
  }

  #begin(type: "text" | "reasoning"): StreamPart {
    const id = String(this.#blocks++);
    this.#open = { type, id };
    return { type: `${type}-start`, id };
  }

  #close(): StreamPart[] {
    const open = this.#open;
    this.#open = undefined;
    return open ? [{ type: `${open.type}-end`, id: open.id }] : [];
  }

  #input({ index, id, name, text }: Extract<Part, { type: "tool-input" }>): StreamPart[] {
    const parts = this.#close();
    if (id && name && !this.#calls[index]) {
      this.#calls[index] = { id, isOpen: true };
      parts.push({ type: "tool-input-start", id, toolName: name });
    }
    const call = this.#calls[index];
    if (call && text) parts.push({ type: "tool-input-delta", id: call.id, delta: text });
    return parts;
  }

  #closeCall(id: string): StreamPart[] {
    const call = this.#calls.find((one) => one?.id === id && one.isOpen);
    if (!call) return [];
    call.isOpen = false;
    return [{ type: "tool-input-end", id }];
  }
}

/** Write a tool call in the AI SDK's words. */
export function toToolCall(call: { id: string; name: string; arguments: string }): {
  type: "tool-call";
  toolCallId: string;
  toolName: string;
  input: string;
} {
  return { type: "tool-call", toolCallId: call.id, toolName: call.name, input: call.arguments };
}

/** Write token counts in the AI SDK's words. */
export function toUsage(usage: Usage): LanguageModelV3Usage {
  const { inputTokens, outputTokens, cachedTokens, reasoningTokens } = usage;
  return {
    inputTokens: {
      total: inputTokens,
      noCache: inputTokens - cachedTokens,
      cacheRead: cachedTokens,
      cacheWrite: undefined,
    },
    outputTokens: { total: outputTokens, text: outputTokens - reasoningTokens, reasoning: reasoningTokens },
  };
}

/** Write why the model stopped in the AI SDK's words. */
export function toFinishReason({ finishReason }: Answer): LanguageModelV3FinishReason {
  return { unified: FINISH[finishReason] ?? "other", raw: finishReason };
}

/** What the AI SDK has no words for: who answered, and what it cost. */
export function toMetadata({ provider, model, cost }: Answer): {
  satchel: { provider: string; model: string; costUsd: number; costKnown: boolean };
} {
  return { satchel: { provider, model, costUsd: cost.usd, costKnown: cost.known } };
}
