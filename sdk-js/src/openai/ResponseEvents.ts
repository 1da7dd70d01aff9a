import type { Answer, FinishReason } from "../Answer.js";
import type { Part } from "../Part.js";
import type { AnswerEvents } from "./AnswerEvents.js";

type Fields = Record<string, unknown>;

interface Item {
  type: "message" | "reasoning" | "function_call" | "image_generation_call";
  id: string;
  place: number;
  words: string;
  /** Of a call: what it calls. */
  head: Fields;
}

const INCOMPLETE: Readonly<Partial<Record<FinishReason, string>>> = {
  length: "max_output_tokens",
  content_filter: "content_filter",
};
/** OpenAI's word, not one of ours. */
const FAILED = "server_error";
const ENDED_IN_ERROR = { code: FAILED, message: "The provider ended its answer in an error." };
const PREFIX = { message: "msg", reasoning: "rs", function_call: "fc", image_generation_call: "ig" } as const;

/**
 * Writes an answer in the words of OpenAI's Responses: as numbered events, or whole. One item ends before the next begins, so
 * calls are said once they are whole.
 */
export class ResponseEvents implements AnswerEvents {
  readonly #head: Fields;
  readonly #tail: string = crypto.randomUUID();
  readonly #items: Item[] = [];
  #open: Item | undefined;
  #number = 0;

  constructor(asked: Fields) {
    this.#head = headOf(`resp_${this.#tail}`, asked);
  }

  /** Return the events of one part. */
  add(part: Part): string {
    if (part.type === "text") return this.#say("message", part.text, "response.output_text.delta", { logprobs: [] });
    if (part.type === "reasoning")
      return this.#say("reasoning", part.text, "response.reasoning_summary_text.delta", {});
    if (part.type === "image") return this.#draw(part.url);
    if (part.type !== "tool-call") return "";
    const { id, name, arguments: input } = part;
    const begun = this.#begin("function_call", { call_id: id, name });
    return begun + this.#grow(input, "response.function_call_arguments.delta", {}) + this.#close();
  }

  /** Return the events that end the stream. */
  end(answer: Answer): string {
    const last = this.#begun() + this.#close();
    const response = this.#ended(answer);
    const kind = { completed: "completed", cancelled: "completed", incomplete: "incomplete" }[String(response.status)];
    return last + this.#event(`response.${kind ?? "failed"}`, { response });
  }

  /** Return the whole response, for whoever asked for no stream. */
  whole(answer: Answer): object {
    if (answer.reasoning) this.add({ type: "reasoning", text: answer.reasoning });
    if (answer.text) this.add({ type: "text", text: answer.text });
    for (const { url } of answer.images) this.add({ type: "image", url });
    for (const call of answer.toolCalls) this.add({ type: "tool-call", ...call });
    return this.#ended(answer);
  }

  /** A picture comes whole; one that its maker only links is told in words. */
  #draw(url: string): string {
    const bytes = url.startsWith("data:") ? url.split(",")[1] : undefined;
    if (!bytes) return this.add({ type: "text", text: `![](${url})` });
    const begun = this.#begin("image_generation_call", {});
    const [item] = this.#items.slice(-1);
    if (!item) return begun;
    item.words = bytes;
    const stages = ["in_progress", "generating", "completed"];
    const said = stages.map((stage) => this.#event(`response.image_generation_call.${stage}`, placeOf(item)));
    return begun + said.join("") + this.#close();
  }

  #say(type: Item["type"], words: string, kind: string, more: Fields): string {
    const begun = this.#open?.type === type ? "" : this.#begin(type, {});
    return begun + this.#grow(words, kind, more);
  }

  #grow(words: string, kind: string, more: Fields): string {
    const item = this.#open;
    if (!item) return "";
    item.words += words;
    return this.#event(kind, { ...placeOf(item), delta: words, ...more });
  }

  #begin(type: Item["type"], head: Fields): string {
    const before = this.#begun() + this.#close();
    const place = this.#items.length;
    const item: Item = { type, id: `${PREFIX[type]}_${this.#tail}_${place}`, place, words: "", head };
    this.#items.push(item);
    this.#open = item;
    const added = this.#event("response.output_item.added", {
      output_index: place,
      item: written(item, "in_progress"),
    });
    return before + added + this.#part(item, "added", "");
  }

  #close(): string {
    const item = this.#open;
    if (!item) return "";
    this.#open = undefined;
    const { words } = item;
    const whole = this.#event.bind(this, "response.output_item.done", {
      output_index: item.place,
      item: written(item, "completed"),
    });
    if (item.type === "image_generation_call") return whole();
    const done = {
      message: ["response.output_text.done", { text: words, logprobs: [] }],
      reasoning: ["response.reasoning_summary_text.done", { text: words }],
      function_call: ["response.function_call_arguments.done", { arguments: words, name: item.head.name }],
    } as const;
    const [kind, more] = done[item.type];
    return this.#event(kind, { ...placeOf(item), ...more }) + this.#part(item, "done", words) + whole();
  }

  /** A message and a thought have one part; calls have none. */
  #part(item: Item, stage: "added" | "done", words: string): string {
    if (item.type !== "message" && item.type !== "reasoning") return "";
    const [kind, part] =
      item.type === "message" ? ["content_part", textPart(words)] : ["reasoning_summary_part", summaryPart(words)];
    return this.#event(`response.${kind}.${stage}`, { ...placeOf(item), part });
  }

  #begun(): string {
    if (this.#number > 0) return "";
    const response = { ...this.#head, status: "in_progress", output: [], usage: null };
    return this.#event("response.created", { response }) + this.#event("response.in_progress", { response });
  }

  #ended(answer: Answer): Fields {
    const { finishReason, model } = answer;
    const why = INCOMPLETE[finishReason];
    const status =
      finishReason === "error"
        ? "failed"
        : finishReason === "cancelled"
          ? "cancelled"
          : why
            ? "incomplete"
            : "completed";
    const last = this.#items.length - 1;
    return {
      ...this.#head,
      model: model || this.#head.model,
      status,
      completed_at: status === "completed" ? now() : null,
      incomplete_details: why ? { reason: why } : null,
      error: status === "failed" ? ENDED_IN_ERROR : null,
      output: this.#items.map((item) =>
        written(item, item.place === last && status !== "completed" ? "incomplete" : "completed"),
      ),
      usage: usageOf(answer),
    };
  }

  #event(type: string, fields: Fields): string {
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: this.#number++, ...fields })}\n\n`;
  }
}

function headOf(id: string, asked: Fields): Fields {
  return {
    id,
    object: "response",
    created_at: now(),
    completed_at: null,
    background: false,
    error: null,
    incomplete_details: null,
    instructions: asked.instructions ?? null,
    max_output_tokens: asked.max_output_tokens ?? null,
    metadata: asked.metadata ?? {},
    model: asked.model ?? "satchel/preferred",
    parallel_tool_calls: asked.parallel_tool_calls !== false,
    previous_response_id: null,
    reasoning: asked.reasoning ?? { effort: null, summary: null },
    store: false,
    temperature: asked.temperature ?? null,
    text: asked.text ?? { format: { type: "text" } },
    tool_choice: asked.tool_choice ?? "auto",
    tools: asked.tools ?? [],
    top_p: asked.top_p ?? null,
    truncation: "disabled",
  };
}

function written({ type, id, words, head }: Item, status: string): Fields {
  const item = { id, type, status, ...head };
  if (type === "function_call") return { ...item, arguments: status === "in_progress" ? "" : words };
  if (type === "image_generation_call") return { ...item, result: words || null };
  if (type === "message") return { ...item, role: "assistant", content: words ? [textPart(words)] : [] };
  return { ...item, summary: words ? [summaryPart(words)] : [] };
}

function placeOf({ id, place, type }: Item): Fields {
  const index = type === "message" ? { content_index: 0 } : type === "reasoning" ? { summary_index: 0 } : {};
  return { item_id: id, output_index: place, ...index };
}

function textPart(text: string): object {
  return { type: "output_text", text, annotations: [], logprobs: [] };
}

function summaryPart(text: string): object {
  return { type: "summary_text", text };
}

function usageOf({ usage, cost }: Answer): object {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: { cached_tokens: usage.cachedTokens },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
    ...(cost.known && { cost: cost.usd }),
  };
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
