import { type Browser, browser } from "wxt/browser";
import type { FromNative, ToNative } from "./native-message";
import type { NativeModel } from "./native-model";
import type { NativePrompt } from "./native-prompt";

type Port = Browser.runtime.Port;
type Hear = (message: FromNative) => void;

const OPEN_WITHIN_MS = 10_000;
const REST_AFTER_MS = 30_000;

/** `LanguageModel` is for windows only, and a worker has none: it runs in an offscreen page of ours, open while it is needed. */
export class OffscreenModel implements NativeModel {
  private readonly hearers = new Map<string, Hear>();
  private opening: Promise<Port> | null = null;
  private arrived: ((port: Port) => void) | null = null;
  private resting: ReturnType<typeof setTimeout> | null = null;

  /** The page has come up and connected. */
  adopt(port: Port): void {
    port.onMessage.addListener((message: unknown) => {
      const heard = message as FromNative;
      this.hearers.get(heard.id)?.(heard);
    });
    port.onDisconnect.addListener(() => this.lost());
    this.arrived?.(port);
  }

  async *ask(prompt: NativePrompt, signal: AbortSignal): AsyncGenerator<string, void, undefined> {
    const id = crypto.randomUUID();
    const port = await this.opened();
    const heard = new ReadableStream<FromNative>({
      start: (controller) => {
        this.hearers.set(id, (message) => controller.enqueue(message));
        signal.addEventListener("abort", () => controller.error(signal.reason));
      },
    }).getReader();
    try {
      signal.throwIfAborted();
      port.postMessage({ id, prompt } satisfies ToNative);
      for (;;) {
        const { value } = await heard.read();
        if (value === undefined || "end" in value) return;
        if ("error" in value) throw Object.assign(new Error(value.error.message), { name: value.error.name });
        yield value.delta;
      }
    } finally {
      this.hearers.delete(id);
      if (this.opening !== null) port.postMessage({ id, stop: true } satisfies ToNative);
      this.rest();
    }
  }

  private opened(): Promise<Port> {
    if (this.resting !== null) clearTimeout(this.resting);
    this.resting = null;
    this.opening ??= this.open().catch((error: unknown) => {
      this.opening = null;
      throw error;
    });
    return this.opening;
  }

  private async open(): Promise<Port> {
    // One of a worker that has died meanwhile may still stand there.
    await browser.offscreen.closeDocument().catch(() => undefined);
    const arrived = new Promise<Port>((resolve, reject) => {
      this.arrived = resolve;
      setTimeout(() => reject(new DOMException("it does not come up", "InvalidStateError")), OPEN_WITHIN_MS);
    });
    const [port] = await Promise.all([
      arrived,
      browser.offscreen.createDocument({
        url: "offscreen.html",
        reasons: ["WORKERS"],
        justification: "Chrome's own model can only be asked from a page, not from the extension's worker.",
      }),
    ]);
    return port;
  }

  private lost(): void {
    this.opening = null;
    const error = { name: "InvalidStateError", message: "its page was closed" };
    for (const [id, hear] of [...this.hearers]) hear({ id, error });
  }

  private rest(): void {
    if (this.hearers.size > 0) return;
    this.resting = setTimeout(() => {
      this.opening = null;
      void browser.offscreen.closeDocument().catch(() => undefined);
    }, REST_AFTER_MS);
  }
}
