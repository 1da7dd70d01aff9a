import type { Answer } from "../Answer.js";
import type { ChatOptions } from "../ChatOptions.js";
import { Conversation, toAsked } from "../Conversation.js";
import { SatchelError } from "../errors/SatchelError.js";
import { toSatchelError } from "../errors/toSatchelError.js";
import { isRecord } from "../isRecord.js";
import type { Message } from "../Message.js";
import { type Model, toModel } from "../Model.js";
import type { Part } from "../Part.js";
import type { Transport } from "../Transport.js";
import { fault } from "./fault.js";
import { toPlatformError } from "./toPlatformError.js";

/** What the specification calls it when a model can be used, when the person has not been asked yet (`downloadable`), or when it cannot. */
export type Availability = "unavailable" | "downloadable" | "downloading" | "available";

/** What one answer is asked with. */
export interface Question {
  messages: readonly Message[];
  options: ChatOptions;
  signal: AbortSignal;
  tell?: ((part: Part) => void) | undefined;
}

/** The person's models as the objects of the specification need them: whether they may be used, how much they take in, and what they answer. */
export class ModelSource {
  readonly #connect: () => Promise<Transport>;

  constructor(connect: () => Promise<Transport>) {
    this.#connect = connect;
  }

  /** Tell whether a model that can do all of `needs` may be used. Rejects with `NetworkError` when nobody is there to tell. */
  async availability(needs: readonly string[]): Promise<Availability> {
    try {
      const { state } = await this.#ask("ai_getPermissions");
      if (state === "denied") return "unavailable";
      if (state !== "granted") return "downloadable";
      const model = needs.length > 0 ? await this.model() : undefined;
      return needs.every((need) => model?.capabilities?.includes(need) ?? true) ? "available" : "unavailable";
    } catch (cause) {
      const cannotTell = "Satchel cannot tell at the moment whether a model may be used.";
      throw toNetworkError(cause) ?? fault("UnknownError", cannotTell, cause);
    }
  }

  /** Ask the person. Rejects with `NotAllowedError` when they say no, with `NetworkError` when nobody is there to ask. */
  async allow(signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#ask("ai_requestPermissions", {}, signal);
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      const error = toSatchelError(cause);
      const code = error instanceof SatchelError ? error.code : 0;
      if (code === 4200) return; // a transport that asks when it is first used
      throw toNetworkError(error) ?? toPlatformError(error);
    }
  }

  /** Find the model that would answer; undefined as long as the page may not know. */
  async model(): Promise<Model | undefined> {
    try {
      const [{ models }, { model }] = await Promise.all([this.#ask("ai_listModels"), this.#ask("ai_getCurrentModel")]);
      const known = Array.isArray(models) ? models.map(toModel).filter((one) => one !== undefined) : [];
      return known.find(({ id }) => id === model);
    } catch {
      return undefined;
    }
  }

  /** Ask the model. Rejects with the platform's errors, or the signal's reason. */
  async answer(question: Question): Promise<Answer> {
    const { options, signal } = question;
    try {
      return await this.#answer(question).catch((cause: unknown) => {
        if (options.responseFormat === undefined || !isUnsupported(cause)) throw cause;
        return this.#answer({ ...question, options: { ...options, responseFormat: undefined } });
      });
    } catch (cause) {
      throw signal.aborted ? signal.reason : toPlatformError(cause);
    }
  }

  async #answer({ messages, options, signal, tell }: Question): Promise<Answer> {
    const transport = await this.#connect();
    const answer = await new Conversation(
      transport,
      toAsked(messages, options),
      signal,
      tell ?? (() => undefined),
    ).run();
    if (answer.finishReason === "content_filter") throw fault("NotReadableError", "The provider filtered the answer.");
    return answer;
  }

  async #ask(method: string, params?: object, signal?: AbortSignal): Promise<Record<string, unknown>> {
    const transport = await this.#connect();
    const result = await transport.request({ method, ...(params && { params }), ...(signal && { signal }) });
    return isRecord(result) ? result : {};
  }
}

/** The error of a Satchel that is away, or that nobody is signed in to; undefined for any other. */
function toNetworkError(cause: unknown): DOMException | undefined {
  const error = toSatchelError(cause);
  const isAway = error instanceof SatchelError && error.code === 4900;
  return isAway ? fault("NetworkError", error.shortMessage, error) : undefined;
}

function isUnsupported(cause: unknown): boolean {
  const error = toSatchelError(cause);
  return error instanceof SatchelError && error.satchelCode === "unsupported_feature";
}
