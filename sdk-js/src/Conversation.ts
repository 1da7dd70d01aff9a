import type { Answer, Cost, ToolCall, Usage } from "./Answer.js";
import type { ChatOptions, Tool } from "./ChatOptions.js";
import { AnswerInvalid } from "./errors/AnswerInvalid.js";
import { isRecord } from "./isRecord.js";
import type { Message } from "./Message.js";
import type { Part } from "./Part.js";
import type { Transport } from "./Transport.js";
import { toAnswer } from "./toAnswer.js";
import { toPart } from "./toPart.js";

/** What one call asks, made ready for the transport. */
interface Asked {
  messages: readonly Message[];
  /** The params of `ai_generate` besides the messages. */
  wishes: Record<string, unknown>;
  tools: readonly Tool[];
  maxSteps: number;
  isObject: boolean;
}

const MAX_STEPS = 8;

/** One call of `chat`: one request to a model, and as many more as it takes to answer with the page's own tools. */
export class Conversation {
  readonly #transport: Transport;
  readonly #asked: Asked;
  readonly #signal: AbortSignal;
  readonly #tell: (part: Part) => void;

  constructor(transport: Transport, asked: Asked, signal: AbortSignal, tell: (part: Part) => void) {
    this.#transport = transport;
    this.#asked = asked;
    this.#signal = signal;
    this.#tell = tell;
  }

  /** Ask until the model calls no tool that we can run, or may not be asked again. */
  async run(): Promise<Answer> {
    const messages = [...this.#asked.messages];
    let before: Pick<Answer, "usage" | "cost"> | undefined;
    for (let step = 1; ; step++) {
      const answer = await this.#step(messages).catch((error: unknown) => {
        throw before ? withCosts(error, before) : error;
      });
      if (before) Object.assign(answer, sum(before, answer));
      const { toolCalls } = answer;
      const mayGoOn =
        toolCalls.length > 0 && step < this.#asked.maxSteps && toolCalls.every((call) => this.#tool(call)?.execute);
      if (!mayGoOn) return this.#asked.isObject && toolCalls.length === 0 ? withObject(answer) : answer;
      before = answer;
      const results = Promise.all(toolCalls.map((call) => this.#call(call)));
      await orAborted(this.#signal, results); // a tool may never end
      if (this.#signal.aborted) throw withCosts(new DOMException("The page stopped the call.", "AbortError"), answer);
      messages.push(toMessage(answer), ...(await results));
    }
  }

  async #step(messages: readonly Message[]): Promise<Answer> {
    let hasText = false;
    const params = { ...this.#asked.wishes, messages: [...messages] };
    const onEvent = (event: unknown) => {
      const part = toPart(event);
      if (!part) return;
      hasText ||= part.type === "text";
      this.#tell(part);
    };
    const result = await this.#transport.request({ method: "ai_generate", params, signal: this.#signal, onEvent });
    const answer = toAnswer(result);
    if (answer.text && !hasText) this.#tell({ type: "text", text: answer.text }); // a provider that does not stream
    for (const call of answer.toolCalls) this.#tell({ type: "tool-call", ...call });
    return answer;
  }

  #tool({ name }: ToolCall): Tool | undefined {
    return this.#asked.tools.find((tool) => tool.function.name === name);
  }

  /** Run a tool of the page. What goes wrong in it is told to the model, which may do better. */
  async #call(call: ToolCall): Promise<Message> {
    const { id, name } = call;
    let text: string;
    let failed = false;
    try {
      const input: unknown = JSON.parse(call.arguments || "{}");
      const output = await this.#tool(call)?.execute?.(input, { id, signal: this.#signal });
      text = typeof output === "string" ? output : (JSON.stringify(output) ?? "");
    } catch (fault) {
      failed = true;
      text = `Error: ${fault instanceof Error ? fault.message : String(fault)}`;
    }
    if (!this.#signal.aborted) this.#tell({ type: "tool-result", id, name, text, failed });
    return { role: "tool", tool_call_id: id, content: text };
  }
}

/** Make what a page asks ready for the transport: only what was given, tools without their functions, a schema in OpenAI's words. */
export function toAsked(input: string | readonly Message[], options: ChatOptions): Asked {
  const { signal: _, onEvent: __, maxSteps = MAX_STEPS, schema, tools, ...wishes } = options;
  const asked = {
    ...wishes,
    tools: tools?.map(({ execute: _execute, ...told }) => told),
    responseFormat: schema
      ? { type: "json_schema", json_schema: { name: "answer", schema, strict: true } }
      : wishes.responseFormat,
  };
  const given = Object.entries(asked).filter(([, value]) => value !== undefined && value !== null);
  return {
    messages: typeof input === "string" ? [{ role: "user", content: input }] : input,
    wishes: Object.fromEntries(given),
    tools: tools ?? [],
    maxSteps,
    isObject: schema !== undefined,
  };
}

/** Wait for work that never fails, but not longer than the signal allows. */
function orAborted(signal: AbortSignal, work: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", resolve);
    work.finally(() => signal.removeEventListener("abort", resolve)).then(resolve);
    if (signal.aborted) resolve(signal);
  });
}

function toMessage({ text, toolCalls }: Answer): Message {
  const calls = toolCalls.map(({ id, name, arguments: input }) => ({
    id,
    type: "function" as const,
    function: { name, arguments: input },
  }));
  return { role: "assistant", content: text || null, tool_calls: calls };
}

function withObject(answer: Answer): Answer {
  try {
    return { ...answer, object: JSON.parse(answer.text) };
  } catch (cause) {
    throw new AnswerInvalid(answer.text, { cause });
  }
}

/** A stop in a later step cost what the earlier ones cost, too. */
function withCosts(error: unknown, before: Pick<Answer, "usage" | "cost">): unknown {
  if (!isRecord(error) || error.name !== "AbortError") return error;
  const { usage, cost } = toAnswer({ text: "", usage: error.usage, cost: error.cost ?? { known: true } });
  return Object.assign(error, sum(before, { usage, cost }));
}

function sum(a: { usage: Usage; cost: Cost }, b: { usage: Usage; cost: Cost }): { usage: Usage; cost: Cost } {
  return {
    usage: {
      inputTokens: a.usage.inputTokens + b.usage.inputTokens,
      outputTokens: a.usage.outputTokens + b.usage.outputTokens,
      reasoningTokens: a.usage.reasoningTokens + b.usage.reasoningTokens,
      cachedTokens: a.usage.cachedTokens + b.usage.cachedTokens,
      estimated: a.usage.estimated || b.usage.estimated,
    },
    cost: { usd: a.cost.usd + b.cost.usd, known: a.cost.known && b.cost.known },
  };
}
