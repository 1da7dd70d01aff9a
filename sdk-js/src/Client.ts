import type { Answer } from "./Answer.js";
import type { ChatOptions } from "./ChatOptions.js";
import { Conversation, toAsked } from "./Conversation.js";
import { SatchelError } from "./errors/SatchelError.js";
import { toSatchelError } from "./errors/toSatchelError.js";
import { Generation } from "./Generation.js";
import { isRecord } from "./isRecord.js";
import type { Message } from "./Message.js";
import { type Model, toModel } from "./Model.js";
import type { Permission } from "./Permission.js";
import { PermissionStatus } from "./PermissionStatus.js";
import type { Transport } from "./Transport.js";

/** Whether this page may use the person's models: allowed, to be asked, or blocked. */
export interface Permissions {
  state: "granted" | "prompt" | "denied";
  capabilities: string[];
  /** What it may do, and what narrows that. */
  permissions: Permission[];
}

/** What `on` tells about, and with which data. */
export interface ClientEvents {
  /** The person chose another model. */
  modelChanged: { model: string };
  /** What this page may do has changed. */
  permissionsChanged: unknown;
  /** The first answer came: at all, or after `disconnect`. */
  connect: object;
  /** A call found that nobody answers (4900): Satchel is away, or the person is signed out. */
  disconnect: { code: number; message: string; data?: unknown };
  /** A model has answered, or was stopped or failed after it had begun: what that used. */
  usage: Partial<Pick<Answer, "id" | "model" | "provider">> & Pick<Answer, "usage" | "cost">;
}

/** What the questions about the account take. */
export interface AskOptions {
  signal?: AbortSignal | undefined;
}

/** What `embed` takes beside the texts. */
export interface EmbedOptions extends AskOptions {
  model?: string | undefined;
  dimensions?: number | undefined;
  /** What the vectors are for, such as `query`. */
  inputType?: string | undefined;
}

/** What `generateImage` takes beside the description. */
export interface ImageOptions extends AskOptions {
  model?: string | undefined;
  n?: number | undefined;
  /** Such as `1024x1024`. */
  size?: string | undefined;
  quality?: string | undefined;
  background?: string | undefined;
  outputFormat?: string | undefined;
  outputCompression?: number | undefined;
  style?: string | undefined;
  moderation?: string | undefined;
  /** Such as `2K`. */
  resolution?: string | undefined;
  aspectRatio?: string | undefined;
  seed?: number | undefined;
}

/** What `speak` takes beside the text. */
export interface SpeechOptions extends AskOptions {
  model?: string | undefined;
  /** One of the model's own, such as `alloy`. */
  voice?: string | undefined;
  format?: "mp3" | "opus" | "aac" | "flac" | "wav" | "pcm" | undefined;
  /** From 0.25 to 4; 1 is as people speak. */
  speed?: number | undefined;
  /** How to say it, where the model can be told. */
  instructions?: string | undefined;
}

/** What `transcribe` takes beside the sound. */
export interface TranscriptionOptions extends AskOptions {
  model?: string | undefined;
  /** What the file is called; providers go by its ending. */
  filename?: string | undefined;
  /** What is spoken, such as `en`. */
  language?: string | undefined;
  /** Words that are likely to be said. */
  prompt?: string | undefined;
  temperature?: number | undefined;
  /** Tell in `detail` when each of these was said, where the model can. */
  timestamps?: readonly ("segment" | "word")[] | undefined;
}

/** What every answer that is no text says of itself. */
type Facts = Pick<Answer, "id" | "model" | "provider" | "usage" | "cost">;

/** A page's way to the visitor's own models. */
export class Client {
  readonly #transport: Transport;
  #status: PermissionStatus | undefined;

  /** Whether this page may use models, as the browsers' Permissions API tells it. Asks nobody. */
  readonly permissions: { query(): Promise<PermissionStatus> } = { query: () => this.#query() };

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Ask a model. The first call of a page asks the person; the call waits for the answer. Make it after a click.
   *
   * @param input A question, or a conversation.
   * @typeParam T The shape that `options.schema` describes: the type of the answer's `object`.
   * @returns The call: `await` it for the whole answer, or `for await` it for the parts.
   */
  chat<T = unknown>(input: string | readonly Message[], options: ChatOptions = {}): Generation<T> {
    const asked = toAsked(input, options);
    return new Generation<T>(
      (stop, tell) => new Conversation(this.#transport, asked, stop, tell).run(),
      options.signal,
      options.onEvent,
    );
  }

  /** List the models that the person lets this page use. */
  async listModels(options: AskOptions = {}): Promise<Model[]> {
    const { models } = await this.#ask("ai_listModels", options);
    return Array.isArray(models) ? models.map(toModel).filter((model) => model !== undefined) : [];
  }

  /** Name the model that would answer; `satchel/preferred` as long as the page is not allowed to know. Asks nobody. */
  async getCurrentModel(options: AskOptions = {}): Promise<string> {
    const { model } = await this.#ask("ai_getCurrentModel", options);
    if (typeof model !== "string") throw new SatchelError(-32603, "Satchel named no model.");
    return model;
  }

  /** Tell whether this page may use models. Asks nobody. */
  getPermissions(options: AskOptions = {}): Promise<Permissions> {
    return this.#permissions("ai_getPermissions", options);
  }

  async #permissions(method: string, options: AskOptions): Promise<Permissions> {
    const { state, capabilities, permissions } = await this.#ask(method, options);
    return {
      state: state === "granted" || state === "denied" ? state : "prompt",
      capabilities: Array.isArray(capabilities)
        ? capabilities.filter((name): name is string => typeof name === "string")
        : [],
      permissions: Array.isArray(permissions) ? permissions : [],
    };
  }

  /** Turn texts into vectors, one each, in their order. Asks nobody: 4100 without a grant. */
  embed(input: string | readonly string[], options: EmbedOptions = {}): Promise<Facts & { embeddings: number[][] }> {
    return this.#ask("ai_embed", options, { input }) as Promise<never>;
  }

  /** Draw pictures; each `url` is a data URL or a link. Asks nobody: 4100 without a grant. */
  generateImage(prompt: string, options: ImageOptions = {}): Promise<Facts & { images: { url: string }[] }> {
    return this.#ask("ai_generateImage", options, { prompt }) as Promise<never>;
  }

  /** Say a text; `audio.url` is a data URL. Asks nobody: 4100 without a grant. */
  speak(input: string, options: SpeechOptions = {}): Promise<Facts & { audio: { url: string } }> {
    return this.#ask("ai_speak", options, { input }) as Promise<never>;
  }

  /** Write down what is said in a sound: a recording, a file, or a data URL. Asks nobody: 4100 without a grant. */
  transcribe(
    file: Blob | string,
    options: TranscriptionOptions = {},
  ): Promise<Facts & { text: string; detail: Record<string, unknown> }> {
    return this.#ask("ai_transcribe", options, { file }) as Promise<never>;
  }

  /**
   * Ask the person for more, or for less than all: `{"model:prompt": {localOnly: true}}`. Without the extension they sign in.
   *
   * @returns What the page may do now.
   */
  requestPermissions(
    permissions: object = {},
    options: AskOptions & { reason?: string } = {},
  ): Promise<{ permissions: Permission[] }> {
    return this.#ask("ai_requestPermissions", options, { permissions }) as Promise<never>;
  }

  /** Give the page's own consent back; without the extension that signs out, too. */
  revokePermissions(options: AskOptions = {}): Promise<Permissions> {
    return this.#permissions("ai_revokePermissions", options);
  }

  /**
   * Let the person choose a model in the extension's own picker, among those that the page may use; call it in a click. Nothing else changes.
   *
   * @returns The model's id, for `chat`'s `model`.
   * @throws PermissionDenied when they choose none (4001), or before a grant or without a click (4100); UnsupportedMethod without the extension.
   */
  async chooseModel(options: AskOptions & { reason?: string } = {}): Promise<string> {
    return String((await this.#ask("ai_chooseModel", options, {})).model);
  }

  /** There is one status a client, so that whoever asks often leaves nothing behind. */
  async #query(): Promise<PermissionStatus> {
    const { state } = await this.getPermissions();
    if (!this.#status) {
      this.#status = new PermissionStatus();
      this.on("permissionsChanged", () => void this.#query().catch(() => undefined)); // unknown: it stays as it was
      this.#status.state = state;
    }
    if (this.#status.state !== state) {
      this.#status.state = state;
      this.#status.dispatchEvent(new Event("change"));
    }
    return this.#status;
  }

  /**
   * Listen to an event.
   *
   * @returns What stops listening.
   */
  on<E extends keyof ClientEvents>(event: E, handler: (data: ClientEvents[E]) => void): () => void {
    return this.#transport.subscribe(event, (data) => handler(data as ClientEvents[E]));
  }

  /** Ask with `params` and with what `options` say besides; without `params` there are none. */
  async #ask(method: string, { signal, ...wishes }: AskOptions, params?: object): Promise<Record<string, unknown>> {
    try {
      signal?.throwIfAborted();
      const result = await this.#transport.request({
        method,
        ...(params && { params: { ...wishes, ...params } }),
        ...(signal && { signal }),
      });
      return isRecord(result) ? result : {};
    } catch (cause) {
      throw toSatchelError(cause);
    }
  }
}
