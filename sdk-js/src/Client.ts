import type { ChatOptions } from "./ChatOptions.js";
import { SatchelError } from "./errors/SatchelError.js";
import { toSatchelError } from "./errors/toSatchelError.js";
import { Generation } from "./Generation.js";
import type { Message } from "./Message.js";
import type { Transport } from "./Transport.js";

/** Whether this page may use the person's models: allowed, to be asked, or blocked. */
export interface Permissions {
  state: "granted" | "prompt" | "denied";
  capabilities: string[];
}

/** What `on` tells about, and with which data. */
export interface ClientEvents {
  /** The person chose another model. */
  modelChanged: { model: string };
}

/** A page's way to the visitor's own models. */
export class Client {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Ask a model. The first call of a page opens the consent window; the call waits for the person.
   *
   * @param input A question, or a conversation.
   * @returns The call: `await` it for the whole answer, or `for await` it for the parts.
   */
  chat(input: string | readonly Message[], options: ChatOptions = {}): Generation {
    const { signal, onEvent, ...wishes } = options;
    const messages = typeof input === "string" ? [{ role: "user", content: input }] : input;
    const given = Object.entries(wishes).filter(([, value]) => value !== undefined && value !== null);
    const params = { ...Object.fromEntries(given), messages };
    return new Generation(
      async (stop, heard) => this.#transport.request({ method: "ai_generate", params, signal: stop, onEvent: heard }),
      signal,
      onEvent,
    );
  }

  /** Name the model that would answer; `satchel/preferred` as long as the page is not allowed to know. Asks nobody. */
  async getCurrentModel(): Promise<string> {
    const { model } = await this.#ask("ai_getCurrentModel");
    if (typeof model !== "string") throw new SatchelError(-32603, "Satchel did not name its model.");
    return model;
  }

  /** Tell whether this page may use models. Asks nobody. */
  async getPermissions(): Promise<Permissions> {
    const { state, capabilities } = await this.#ask("ai_getPermissions");
    return {
      state: state === "granted" || state === "denied" ? state : "prompt",
      capabilities: Array.isArray(capabilities)
        ? capabilities.filter((name): name is string => typeof name === "string")
        : [],
    };
  }

  /**
   * Listen to an event.
   *
   * @returns What stops listening.
   */
  on<E extends keyof ClientEvents>(event: E, handler: (data: ClientEvents[E]) => void): () => void {
    return this.#transport.subscribe(event, (data) => handler(data as ClientEvents[E]));
  }

  async #ask(method: string): Promise<Record<string, unknown>> {
    try {
      const result = await this.#transport.request({ method });
      return typeof result === "object" && result !== null ? (result as Record<string, unknown>) : {};
    } catch (cause) {
      throw toSatchelError(cause);
    }
  }
}
