import { availability, create } from "./create.js";
import { fault } from "./fault.js";
import { History } from "./History.js";
import * as idl from "./idl.js";
import type { Availability, ModelSource } from "./ModelSource.js";
import { PromptSession } from "./PromptSession.js";
import { type PromptOptions, promptKind, type SamplingMode } from "./promptOptions.js";
import { tokens } from "./tokens.js";
import { toMessages } from "./toMessages.js";
import { toStream } from "./toStream.js";

type Handler = ((event: Event) => unknown) | null;

/** The static side of `LanguageModel`. */
export interface LanguageModelStatic {
  readonly prototype: LanguageModel;
  /** Make a session. Where the person has not been asked yet this asks them: call it after a click. */
  create(options?: object): Promise<LanguageModel>;
  availability(options?: object): Promise<Availability>;
  /** An old name, for pages of 2025; null when there is no model. */
  params(): Promise<{
    defaultTopK: number;
    maxTopK: number;
    defaultTemperature: number;
    maxTemperature: number;
  } | null>;
}

const MADE = Symbol("made by create or clone");
const PARAMS = { defaultTopK: 3, maxTopK: 128, defaultTemperature: 1, maxTemperature: 2 };

/**
 * The Prompt API's session over the person's own model. Source: Prompt API draft, index.bs and README of 2026-06-22; where these
 * disagree (overflow) the README. The names of 2025 are aliases.
 */
export class LanguageModel extends EventTarget {
  readonly #session: PromptSession;
  readonly #handlers: Record<string, Handler> = {};

  constructor(key: unknown, make: (overflow: () => void) => PromptSession) {
    super();
    if (key !== MADE) throw new TypeError("Illegal constructor");
    this.#session = make(() => {
      for (const name of ["contextoverflow", "quotaoverflow"]) this.dispatchEvent(new Event(name));
    });
    for (const name of ["contextoverflow", "quotaoverflow"]) {
      this.addEventListener(name, (event) => this.#handlers[name]?.call(this, event));
    }
  }

  /** Ask, and wait for the whole answer. */
  async prompt(input: unknown, options?: object): Promise<string> {
    return this.#session.prompt(input, options, this.#begin(options));
  }

  /** Ask, and read the answer as it comes: a stream of deltas. */
  promptStreaming(input: unknown, options?: object): ReadableStream<string> {
    return toStream(this.#begin(options), async (say, signal) => this.#session.prompt(input, options, signal, say));
  }

  /** Add to the conversation without asking for an answer. */
  async append(input: unknown, options?: object): Promise<undefined> {
    await this.#session.append(input, this.#begin(options));
    return undefined;
  }

  /** Estimate how much of the window an input would take. */
  async measureContextUsage(input: unknown, options?: object): Promise<number> {
    return this.#session.measure(input, options);
  }

  /** Make a session that goes on from here on its own. */
  async clone(options?: object): Promise<LanguageModel> {
    const { signal } = idl.dictionary(options, "options");
    const ends = this.#begin(options);
    await Promise.resolve(); // a page that gives it up at once gets no session
    ends.throwIfAborted();
    const Class = this.constructor as new (...given: ConstructorParameters<typeof LanguageModel>) => LanguageModel;
    return new Class(MADE, (overflow) => this.#session.clone(idl.signal(signal), overflow));
  }

  destroy(): undefined {
    this.#session.destroy();
  }

  get contextUsage(): number {
    return this.#session.usage;
  }

  get contextWindow(): number {
    return this.#session.window;
  }

  get samplingMode(): SamplingMode {
    return this.#session.options.samplingMode;
  }

  get oncontextoverflow(): Handler {
    return this.#handlers.contextoverflow ?? null;
  }

  set oncontextoverflow(handler: Handler) {
    this.#handlers.contextoverflow = typeof handler === "function" ? handler : null;
  }

  get onquotaoverflow(): Handler {
    return this.#handlers.quotaoverflow ?? null;
  }

  set onquotaoverflow(handler: Handler) {
    this.#handlers.quotaoverflow = typeof handler === "function" ? handler : null;
  }

  /** An old name of `measureContextUsage`. */
  measureInputUsage(input: unknown, options?: object): Promise<number> {
    return this.measureContextUsage(input, options);
  }

  /** An old name of `contextUsage`. */
  get inputUsage(): number {
    return this.contextUsage;
  }

  /** An old name of `contextWindow`. */
  get inputQuota(): number {
    return this.contextWindow;
  }

  /** Of the past: what the provider takes is not known. */
  get topK(): number {
    return PARAMS.defaultTopK;
  }

  /** Of the past: what the provider takes is not known. */
  get temperature(): number {
    return PARAMS.defaultTemperature;
  }

  #begin(options: unknown): AbortSignal {
    return this.#session.begin(idl.signal(idl.dictionary(options, "options").signal));
  }
}

/** Make the `LanguageModel` that a page sees, over one source of models. */
export function languageModelOf(source: ModelSource): LanguageModelStatic {
  const Class = class extends LanguageModel {
    static create(given?: object): Promise<LanguageModel> {
      return create(source, promptKind, given, async (options) => {
        const history = await begun(source, options);
        return new Class(MADE, (overflow) => new PromptSession(source, options, history, options.signal, overflow));
      });
    }

    static availability(given?: object): Promise<Availability> {
      return availability(source, promptKind, given);
    }

    static async params(): Promise<typeof PARAMS | null> {
      return (await availability(source, promptKind, {})) === "unavailable" ? null : { ...PARAMS };
    }
  };
  Object.defineProperty(Class, "name", { value: "LanguageModel" });
  Object.defineProperty(Class.prototype, Symbol.toStringTag, { value: "LanguageModel", configurable: true });
  return Class;
}

async function begun(source: ModelSource, { initialPrompts }: PromptOptions): Promise<History> {
  const [messages, model] = await Promise.all([toMessages(initialPrompts), source.model()]);
  const window = model?.contextLength ?? Number.POSITIVE_INFINITY;
  try {
    return new History({ messages, tokens: messages.length > 0 ? tokens(messages) : 0 }, window);
  } catch (error) {
    throw error instanceof DOMException ? error : fault("OperationError", "The session could not be prepared.", error);
  }
}
