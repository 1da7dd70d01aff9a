import type { ResponseFormat } from "../ChatOptions.js";
import type { Message } from "../Message.js";
import { availability, type Creation, create, type Kind } from "./create.js";
import * as idl from "./idl.js";
import { Lifetime } from "./Lifetime.js";
import type { Availability, ModelSource } from "./ModelSource.js";
import { orAborted } from "./orAborted.js";
import { quotaExceeded } from "./quotaExceeded.js";
import { tokens } from "./tokens.js";
import { toStream } from "./toStream.js";

const MADE = Symbol("made by create");

/** What one of the task objects is made of; only `create` has the key. */
export interface Making<O> {
  key: unknown;
  source: ModelSource;
  options: O & Creation;
  window: number;
}

/** What a model is told for one call of a task: what to do, and with what. */
export interface Errand {
  instruction: string;
  input: string;
  format?: ResponseFormat;
}

/** The static side of a task object. */
export interface TaskStatic<T, O> {
  readonly prototype: T;
  create(options?: O): Promise<T>;
  availability(options?: O): Promise<Availability>;
}

/** What the task objects have alike: each call is a question of its own to the person's model, with an instruction and without a memory. */
export class Task<O> {
  protected readonly options: O;
  readonly #source: ModelSource;
  readonly #window: number;
  readonly #lifetime: Lifetime;

  constructor({ key, source, options, window }: Making<O>) {
    if (key !== MADE) throw new TypeError("Illegal constructor");
    this.options = options;
    this.#source = source;
    this.#window = window;
    this.#lifetime = new Lifetime(options.signal);
  }

  destroy(): undefined {
    this.#lifetime.end();
  }

  /** How many tokens instruction, input and answer may have together. */
  get inputQuota(): number {
    return this.#window;
  }

  /** Run an errand and wait for the answer. */
  protected async run(errand: Errand, given: unknown): Promise<string> {
    const signal = this.#begin(given);
    return orAborted(signal, this.#ask(errand, signal));
  }

  /** Run an errand and read the answer as it comes. */
  protected runStreaming(errand: Errand, given: unknown): ReadableStream<string> {
    return toStream(this.#begin(given), (say, signal) => this.#ask(errand, signal, say));
  }

  /** Estimate how many tokens an errand takes. */
  protected async measure(errand: Errand, given: unknown): Promise<number> {
    this.#begin(given);
    return tokens(messagesOf(errand));
  }

  #begin(given: unknown): AbortSignal {
    return this.#lifetime.begin(idl.signal(idl.dictionary(given, "options").signal));
  }

  async #ask(errand: Errand, signal: AbortSignal, say?: (text: string) => void): Promise<string> {
    const messages = messagesOf(errand);
    const size = tokens(messages);
    if (size > this.#window) throw quotaExceeded(size, this.#window);
    const { text } = await this.#source.answer({
      messages,
      options: { responseFormat: errand.format },
      signal,
      tell: (part) => part.type === "text" && say?.(part.text),
    });
    return text.trim();
  }
}

/** Give a task object its static side over one source of models. */
export function taskOf<O, G, T extends Task<O>>(
  name: string,
  Base: new (making: Making<O>) => T,
  kind: Kind<O>,
  source: ModelSource,
): TaskStatic<T, G> {
  const Class = class extends (Base as unknown as new (making: Making<O>) => Task<O>) {};
  const build = async (options: O & Creation) => {
    const window = (await source.model())?.contextLength ?? Number.POSITIVE_INFINITY;
    return new Class({ key: MADE, source, options, window });
  };
  const statics = {
    create: (given?: G) => create(source, kind, given, build),
    availability: (given?: G) => availability(source, kind, given),
  };
  for (const [member, value] of Object.entries(statics)) {
    Object.defineProperty(Class, member, { value, writable: true, configurable: true });
  }
  Object.defineProperty(Class, "name", { value: name });
  Object.defineProperty(Class.prototype, Symbol.toStringTag, { value: name, configurable: true });
  return Class as unknown as TaskStatic<T, G>;
}

function messagesOf({ instruction, input }: Errand): Message[] {
  return [
    { role: "system", content: instruction },
    { role: "user", content: input },
  ];
}
