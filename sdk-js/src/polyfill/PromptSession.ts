import type { Answer } from "../Answer.js";
import type { ChatOptions } from "../ChatOptions.js";
import type { Message } from "../Message.js";
import type { Part } from "../Part.js";
import { type Constraint, readConstraint } from "./Constraint.js";
import { type Draft, readPrompt } from "./Draft.js";
import type { History } from "./History.js";
import * as idl from "./idl.js";
import { Lifetime } from "./Lifetime.js";
import type { ModelSource } from "./ModelSource.js";
import { orAborted } from "./orAborted.js";
import type { PromptOptions, SamplingMode } from "./promptOptions.js";
import { Queue } from "./Queue.js";
import { tokens } from "./tokens.js";
import { toMessages } from "./toMessages.js";
import { chained, withoutFence, withoutPrefix } from "./trims.js";

/** `balanced` is what the provider does by itself. */
const TEMPERATURES: Readonly<Record<SamplingMode, number | undefined>> = {
  "most-predictable": 0,
  predictable: 0.3,
  "slightly-predictable": 0.5,
  balanced: undefined,
  "slightly-creative": 0.8,
  creative: 0.9,
  "most-creative": 1,
};

/** One call's options, read. */
interface Wishes {
  constraint: Constraint | undefined;
  hint: readonly Message[];
  signal: AbortSignal | undefined;
}

interface Teller {
  tell(part: Part): void;
  end(): string;
}

/** A conversation by the rules of the Prompt API: stateful, one prompt after another, with a window that old turns fall out of. */
export class PromptSession {
  readonly options: PromptOptions;
  readonly #source: ModelSource;
  readonly #lifetime: Lifetime;
  readonly #history: History;
  readonly #queue = new Queue();
  readonly #overflow: () => void;

  constructor(
    source: ModelSource,
    options: PromptOptions,
    history: History,
    signal: AbortSignal | undefined,
    overflow: () => void,
  ) {
    this.#source = source;
    this.options = options;
    this.#history = history;
    this.#lifetime = new Lifetime(signal);
    this.#overflow = overflow;
  }

  get usage(): number {
    return this.#history.usage;
  }

  get window(): number {
    return this.#history.window;
  }

  /** Ask, and tell the answer piece by piece. Resolves with the whole. */
  prompt(
    input: unknown,
    given: unknown,
    signal: AbortSignal,
    say: (text: string) => void = () => undefined,
  ): Promise<string> {
    const wishes = readWishes(given);
    return this.#queue.run(signal, async () => {
      const drafts = this.#read(input);
      return this.#ask(drafts, wishes, signal, say);
    });
  }

  /** Add to the conversation without asking. */
  append(input: unknown, signal: AbortSignal): Promise<void> {
    return this.#queue.run(signal, async () => {
      const messages = await orAborted(signal, toMessages(this.#read(input)));
      const size = tokens(messages);
      if (this.#history.makeRoom(size)) this.#overflow();
      this.#history.add({ messages, tokens: size });
    });
  }

  /** Estimate what an input would take of the window. */
  async measure(input: unknown, given: unknown): Promise<number> {
    const { hint, signal } = readWishes(given);
    const ends = this.begin(signal);
    return orAborted(
      ends,
      toMessages(readPrompt(input, this.options.inputs, true)).then((messages) => tokens([...messages, ...hint])),
    );
  }

  /** Make another one that goes on from here. */
  clone(signal: AbortSignal | undefined, overflow: () => void): PromptSession {
    return new PromptSession(this.#source, this.options, this.#history.copy(), signal, overflow);
  }

  /** Begin a call: the signal that ends it. Throws what it may not begin for. */
  begin(signal: AbortSignal | undefined): AbortSignal {
    return this.#lifetime.begin(signal);
  }

  destroy(): void {
    this.#lifetime.end();
  }

  #read(input: unknown): Draft[] {
    return readPrompt(input, this.options.inputs, this.#history.isEmpty);
  }

  async #ask(
    drafts: Draft[],
    { constraint, hint }: Wishes,
    signal: AbortSignal,
    say: (text: string) => void,
  ): Promise<string> {
    const prefix = drafts.at(-1)?.prefix ? String(drafts.at(-1)?.content[0]?.value) : undefined;
    const messages = await orAborted(signal, toMessages(prefix === undefined ? drafts : drafts.slice(0, -1)));
    const asked = [...messages, ...hint, ...lead(messages, prefix)];
    const size = tokens(asked);
    if (this.#history.makeRoom(size)) this.#overflow();
    const before = this.#history.usage;
    const told = this.#teller(prefix, constraint, say);
    const sent = [...this.#history.messages, ...asked];
    const answer = await this.#source.answer({
      messages: sent,
      options: this.#choices(prefix === undefined ? constraint : undefined),
      signal,
      tell: told.tell,
    });
    signal.throwIfAborted();
    const text = told.end();
    const result = complying(constraint, prefix, this.options.tools.length > 0 ? answer.text : text);
    const reply: Message = { role: "assistant", content: (prefix ?? "") + result };
    this.#history.add({ messages: [...messages, reply], tokens: spent(answer, before, size, tokens([reply])) });
    if (this.#history.makeRoom(0)) this.#overflow(); // a long answer takes room too
    return result;
  }

  /** Takes the pieces of an answer, tells what is left of them, and knows the whole in the end. */
  #teller(prefix: string | undefined, constraint: Constraint | undefined, say: (text: string) => void): Teller {
    const trim = chained([
      ...(constraint?.format === undefined ? [] : [withoutFence()]),
      ...(prefix === undefined ? [] : [withoutPrefix(prefix)]),
    ]);
    let whole = "";
    const add = (text: string) => {
      whole += text;
      if (text !== "") say(text);
    };
    return {
      tell: (part) => part.type === "text" && add(trim.push(part.text)),
      end: () => {
        add(trim.end());
        return whole;
      },
    };
  }

  #choices(constraint: Constraint | undefined): ChatOptions {
    const { tools, samplingMode } = this.options;
    return {
      temperature: TEMPERATURES[samplingMode],
      responseFormat: constraint?.format,
      ...(tools.length > 0 && { tools }),
    };
  }
}

function readWishes(given: unknown): Wishes {
  const options = idl.dictionary(given, "options");
  const constraint = readConstraint(options.responseConstraint);
  const isOmitted = idl.flag(options.omitResponseConstraintInput);
  if (isOmitted && constraint === undefined)
    throw new TypeError("omitResponseConstraintInput needs a responseConstraint.");
  const hint: Message[] = constraint && !isOmitted ? [{ role: "user", content: constraint.instruction }] : [];
  return { constraint, hint, signal: idl.signal(options.signal) };
}

/** What of an answer complies with the constraint; where the page began the answer, that beginning counts. */
function complying(constraint: Constraint | undefined, prefix: string | undefined, text: string): string {
  if (constraint === undefined) return text;
  if (prefix === undefined) return constraint.complying(text);
  constraint.complying(prefix + text);
  return text;
}

/** What makes a model go on where the assistant spoke last: few providers continue a message of it by themselves. */
function lead(messages: readonly Message[], prefix: string | undefined): Message[] {
  if (prefix !== undefined) {
    return [
      { role: "user", content: `Begin your answer with exactly the following text, and go on from there:\n${prefix}` },
    ];
  }
  return messages.at(-1)?.role === "assistant" ? [{ role: "user", content: "Go on." }] : [];
}

/** What a turn takes of the window: what the provider counted, where it did. */
function spent({ usage }: Answer, before: number, asked: number, replied: number): number {
  const { inputTokens, outputTokens, reasoningTokens, estimated } = usage;
  if (estimated || outputTokens === 0) return asked + replied;
  const input = inputTokens > before ? inputTokens - before : asked;
  return input + Math.max(outputTokens - reasoningTokens, 1);
}
