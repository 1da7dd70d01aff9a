import { isRecord } from "./isRecord.js";

const DISCONNECTED = 4900;

/** What listeners hear of requests themselves: that Satchel answers, that it does not any more, and what an answer used. */
export class RequestEvents {
  readonly #tell: (event: string, data: unknown) => void;
  #isConnected: boolean | undefined;

  constructor(tell: (event: string, data: unknown) => void) {
    this.#tell = tell;
  }

  /** Watch a request; settles as it does. */
  async watch<T>(asking: Promise<T>): Promise<T> {
    try {
      const result = await asking;
      if (!this.#isConnected) this.#tell("connect", {});
      this.#isConnected = true;
      this.#used(result);
      return result;
    } catch (error) {
      if (isRecord(error)) {
        if (error.code === DISCONNECTED) this.lost(error);
        this.#used(error); // a stop
        this.#used(error.data);
      }
      throw error;
    }
  }

  /** Tell, once, that nobody answers. */
  lost({ code, message, data }: Record<string, unknown>): void {
    if (this.#isConnected !== false) this.#tell("disconnect", { code, message, data });
    this.#isConnected = false;
  }

  #used(result: unknown): void {
    if (!isRecord(result) || !isRecord(result.usage)) return;
    const { id, model, provider, usage, cost } = result;
    this.#tell("usage", { id, model, provider, usage, cost });
  }
}
