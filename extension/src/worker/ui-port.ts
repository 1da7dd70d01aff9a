import type { Browser } from "wxt/browser";
import { isRecord } from "../wire/is-record";
import type { UiService } from "./ui-service";

const CALLS = new Set<string>([
  "snapshot",
  "connect",
  "disconnect",
  "setBackend",
  "setPaused",
  "account",
  "setModel",
  "models",
  "grants",
  "putGrant",
  "deleteGrant",
  "generations",
  "generationPage",
  "cancelGeneration",
  "providers",
  "keys",
  "addKey",
  "renewKey",
  "checkKey",
  "deleteKey",
  "stop",
  "question",
  "decide",
] satisfies (keyof UiService)[]);

type Method = (...args: unknown[]) => Promise<unknown>;

/** The port of one of our own screens: calls by name, answers by number, and a word when something changed. */
export class UiPort {
  private open = true;

  constructor(
    private readonly port: Browser.runtime.Port,
    private readonly service: UiService,
    closed: (port: UiPort) => void,
  ) {
    port.onMessage.addListener((message: unknown) => void this.receive(message));
    port.onDisconnect.addListener(() => {
      this.open = false;
      closed(this);
    });
  }

  /** Tells the screen to look again. */
  changed(live: unknown): void {
    this.send({ changed: true, live });
  }

  private async receive(message: unknown): Promise<void> {
    if (!isRecord(message)) return;
    const { id, call, args } = message;
    if (typeof id !== "number" || typeof call !== "string" || !Array.isArray(args) || !CALLS.has(call)) return;
    try {
      const method = this.service[call as keyof UiService] as Method;
      this.send({ id, ok: (await method.apply(this.service, args)) ?? null });
    } catch (error) {
      this.send({ id, error: error instanceof Error ? error.message : "Satchel's extension broke" });
    }
  }

  private send(message: Record<string, unknown>): void {
    if (this.open) this.port.postMessage(message);
  }
}
