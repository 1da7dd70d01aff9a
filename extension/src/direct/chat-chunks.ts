import { isRecord } from "../wire/is-record";
import type { StreamEvent } from "../wire/stream-event";
import type { UsageFacts } from "../wire/usage-facts";
import type { EndReason } from "./direct-event";

const REASONING = ["reasoning_content", "reasoning", "thinking"] as const;
const ENDS: Readonly<Record<string, EndReason>> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool_calls",
  function_call: "tool_calls",
  content_filter: "content_filter",
};

/** Reads the chunks of one streamed chat completion, as Ollama, LM Studio, llama.cpp and vLLM write them. */
export class ChatChunks {
  private native: string | null = null;
  private counted: UsageFacts | null = null;
  private called = false;

  /** The increments in one chunk, in the order in which they are to be read. */
  read(chunk: Readonly<Record<string, unknown>>): StreamEvent[] {
    if (isRecord(chunk["usage"])) this.counted = usageIn(chunk["usage"]);
    const [choice] = Array.isArray(chunk["choices"]) ? (chunk["choices"] as unknown[]) : [];
    if (!isRecord(choice)) return [];
    if (typeof choice["finish_reason"] === "string") this.native = choice["finish_reason"];
    return isRecord(choice["delta"]) ? this.delta(choice["delta"]) : [];
  }

  /** Whether the model has said that it is done. */
  get isOver(): boolean {
    return this.native !== null;
  }

  get reason(): EndReason {
    const said = ENDS[this.native ?? "stop"] ?? "stop";
    return said === "stop" && this.called ? "tool_calls" : said;
  }

  get usage(): UsageFacts | null {
    return this.counted;
  }

  private delta(delta: Readonly<Record<string, unknown>>): StreamEvent[] {
    const events: StreamEvent[] = [];
    const thought = REASONING.map((name) => delta[name]).find((text) => typeof text === "string" && text !== "");
    if (typeof thought === "string") events.push({ type: "reasoning-delta", delta: thought });
    if (typeof delta["content"] === "string" && delta["content"] !== "")
      events.push({ type: "text-delta", delta: delta["content"] });
    const calls: unknown[] = Array.isArray(delta["tool_calls"]) ? delta["tool_calls"] : [];
    for (const [at, call] of calls.entries()) if (isRecord(call)) events.push(this.call(call, at));
    return events;
  }

  private call(call: Readonly<Record<string, unknown>>, at: number): StreamEvent {
    this.called = true;
    const named = isRecord(call["function"]) ? call["function"] : {};
    const { name, arguments: written } = named;
    return {
      type: "tool-input-delta",
      index: typeof call["index"] === "number" ? call["index"] : at,
      delta: typeof written === "string" ? written : written === undefined ? "" : JSON.stringify(written),
      ...(typeof call["id"] === "string" && call["id"] !== "" ? { id: call["id"] } : {}),
      ...(typeof name === "string" && name !== "" ? { name } : {}),
    };
  }
}

function usageIn(usage: Readonly<Record<string, unknown>>): UsageFacts {
  const count = (from: unknown, name: string) => {
    const value = isRecord(from) ? from[name] : 0;
    return typeof value === "number" ? value : 0;
  };
  return {
    inputTokens: count(usage, "prompt_tokens"),
    outputTokens: count(usage, "completion_tokens"),
    reasoningTokens: count(usage["completion_tokens_details"], "reasoning_tokens"),
    cachedTokens: count(usage["prompt_tokens_details"], "cached_tokens"),
    estimated: false,
  };
}
