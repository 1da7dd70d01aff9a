import type { Answer, FinishReason } from "../Answer.js";
import type { Part } from "../Part.js";
import type { AnswerEvents } from "./AnswerEvents.js";

const FINISH: Readonly<Partial<Record<FinishReason, string>>> = { error: "stop", cancelled: "stop" };

/** Writes an answer as the server-sent events of a chat completion's stream. */
export class CompletionChunks implements AnswerEvents {
  readonly #head: { id: string; object: "chat.completion.chunk"; created: number; model: string };
  #hasBegun = false;

  constructor(model: string) {
    const id = `chatcmpl-${crypto.randomUUID()}`;
    this.#head = { id, object: "chat.completion.chunk", created: now(), model };
  }

  /** Return the event of one part; empty for what was said already. */
  add(part: Part): string {
    switch (part.type) {
      case "text":
        return this.#choice({ content: part.text });
      case "reasoning":
        return this.#choice({ reasoning: part.text });
      case "tool-input": {
        const { index, id, name, text } = part;
        const call = {
          index,
          ...(id && { id, type: "function" }),
          function: { ...(name && { name }), arguments: text },
        };
        return this.#choice({ tool_calls: [call] });
      }
      case "image":
        return this.#choice({ images: [toPicture(part)] });
      default:
        return "";
    }
  }

  /** Return the events that end the stream. */
  end(answer: Answer): string {
    const head = { ...this.#head, model: answer.model || this.#head.model };
    const usage = event({ ...head, choices: [], usage: toUsage(answer) });
    return `${this.#choice({}, FINISH[answer.finishReason] ?? answer.finishReason)}${usage}data: [DONE]\n\n`;
  }

  #choice(delta: object, finish: string | null = null): string {
    const first = this.#hasBegun ? {} : { role: "assistant" };
    this.#hasBegun = true;
    const choice = { index: 0, delta: { ...first, ...delta }, finish_reason: finish, logprobs: null };
    return event({ ...this.#head, choices: [choice] });
  }
}

/** Write a whole answer as a chat completion. */
export function toCompletion(answer: Answer): object {
  const { id, text, reasoning, toolCalls, images, finishReason, model } = answer;
  const calls = toolCalls.map(({ id: callId, name, arguments: input }) => ({
    id: callId,
    type: "function",
    function: { name, arguments: input },
  }));
  const message = {
    role: "assistant",
    content: text || (calls.length > 0 ? null : ""),
    refusal: null,
    ...(reasoning && { reasoning }),
    ...(images.length > 0 && { images: images.map(toPicture) }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  const choice = { index: 0, message, finish_reason: FINISH[finishReason] ?? finishReason, logprobs: null };
  return { id, object: "chat.completion", created: now(), model, choices: [choice], usage: toUsage(answer) };
}

/** As OpenRouter writes pictures in chats. */
function toPicture({ url }: { url: string }): object {
  return { type: "image_url", image_url: { url } };
}

function toUsage({ usage, cost }: Answer): object {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    ...(cost.known && { cost: cost.usd }),
  };
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
