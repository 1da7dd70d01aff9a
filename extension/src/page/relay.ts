import type { Browser } from "wxt/browser";
import { isRecord } from "../wire/is-record";
import { PageMessage } from "../wire/page-message";
import type { RelayMessage } from "../wire/relay-message";
import { ReplyMessage } from "../wire/reply-message";
import { RpcCode } from "../wire/rpc-code";
import type { RpcError } from "../wire/rpc-error";
import type { RelaySurroundings } from "./relay-surroundings";

interface Pending {
  method: string;
  params: unknown;
  seen: number;
  active: boolean;
  sentOn: Browser.runtime.Port | null;
}

const MESSAGE_BYTES_AT_MOST = 8 * 1024 * 1024;
const OPEN_AT_MOST = 256;
const RECONNECT_AFTER_MS = [0, 100, 300, 1_000, 2_000, 4_000, 8_000] as const;
const ALIVE_EVERY_MS = 10_000;
const GONE: RpcError = {
  code: RpcCode.disconnected,
  message: "Satchel was updated or switched off. Reload this page to use it again.",
  data: { satchelCode: "extension_gone" },
};

/**
 * The bridge in the isolated world: carries messages between the page's private port and the worker, knows nothing
 * of their meaning, and makes a killed worker invisible.
 *
 * Every request is kept until it has its one reply. When the worker's port drops, it is opened again and the open
 * requests are repeated with the last sequence number seen; events that were seen already are not passed on twice.
 */
export class Relay {
  private readonly pending = new Map<string, Pending>();
  private worker: Browser.runtime.Port | null = null;
  private failures = 0;
  private beat: unknown = null;

  constructor(
    private readonly page: Pick<MessagePort, "postMessage">,
    private readonly surroundings: RelaySurroundings,
  ) {}

  /** One message of the page. */
  fromPage(data: unknown): void {
    const message = PageMessage.parse(data);
    if (message === null) return;
    if (message.kind === "probe") return this.reply(message);
    if (message.kind === "cancel") {
      if (this.pending.has(message.id)) this.tell({ type: "cancel", id: message.id });
      return;
    }
    this.accept(message);
  }

  /** The tab was shown or hidden: a question that waits for it may now be asked. */
  visibilityChanged(): void {
    if (this.pending.size > 0) this.tell({ type: "visible", visible: this.surroundings.visible() });
  }

  /** The document goes away, perhaps to come back from the cache: nothing of it may go on running. */
  pageHidden(): void {
    for (const id of this.pending.keys()) this.worker?.postMessage({ type: "cancel", id } satisfies RelayMessage);
    this.failAll({
      code: RpcCode.disconnected,
      message: "The page was put away",
      data: { satchelCode: "page_hidden" },
    });
  }

  /** A push that came without a port. It is meant for one origin; a document of another one drops it. */
  push(message: unknown): void {
    if (!isRecord(message) || message["origin"] !== this.surroundings.origin()) return;
    const reply = ReplyMessage.parse(message);
    if (reply?.kind === "push") this.reply(reply);
  }

  private accept(message: Extract<PageMessage, { kind: "request" }>): void {
    const { id, method, params } = message;
    if (this.pending.has(id)) return;
    if (sizeOf(params) > MESSAGE_BYTES_AT_MOST) {
      const data = { satchelCode: "request_too_large" };
      const error = { code: RpcCode.invalidRequest, message: "The request is larger than 8 MiB", data };
      return this.reply({ kind: "error", id, error });
    }
    if (this.pending.size >= OPEN_AT_MOST) {
      const error = { code: RpcCode.rateLimited, message: `${OPEN_AT_MOST} requests of this document are open` };
      return this.reply({ kind: "error", id, error });
    }
    this.pending.set(id, { method, params, seen: 0, active: this.surroundings.active(), sentOn: null });
    this.flush();
    this.keepAlive();
  }

  private request(id: string, pending: Pending): RelayMessage {
    const { method, params, seen, active } = pending;
    const { surroundings } = this;
    const again = pending.sentOn !== null;
    const facts = { active, visible: surroundings.visible(), opaque: surroundings.origin() === "null" };
    return { type: "request", id, method, params, ...facts, ...(again ? { resume: { after: seen } } : {}) };
  }

  /** Sends every open request that this worker has not heard of yet; opens the port first where there is none. */
  private flush(): void {
    for (const [id, pending] of [...this.pending]) {
      const port = this.connected();
      if (port === null) return;
      if (pending.sentOn === port) continue;
      const message = this.request(id, pending);
      pending.sentOn = port;
      this.post(port, message);
    }
  }

  private tell(message: RelayMessage): void {
    this.flush();
    if (this.worker !== null) this.post(this.worker, message);
  }

  private post(port: Browser.runtime.Port, message: RelayMessage): void {
    try {
      port.postMessage(message);
    } catch {
      this.dropped(port);
    }
  }

  private connected(): Browser.runtime.Port | null {
    if (this.worker !== null) return this.worker;
    const port = this.surroundings.connect();
    if (port === null) {
      this.failAll(GONE);
      return null;
    }
    this.worker = port;
    port.onMessage.addListener((message: unknown) => this.fromWorker(message));
    port.onDisconnect.addListener(() => this.dropped(port));
    return port;
  }

  private fromWorker(data: unknown): void {
    const message = ReplyMessage.parse(data);
    this.failures = 0;
    if (message === null || message.kind === "probe") return;
    if (message.kind === "push") return this.reply(message);
    const pending = this.pending.get(message.id);
    if (pending === undefined) return;
    if (message.kind === "event") {
      if (message.seq <= pending.seen) return;
      pending.seen = message.seq;
    } else {
      this.pending.delete(message.id);
    }
    this.reply(message);
  }

  private dropped(port: Browser.runtime.Port): void {
    if (this.worker !== port) return;
    this.worker = null;
    if (this.pending.size === 0) return;
    const wait = RECONNECT_AFTER_MS[this.failures];
    this.failures += 1;
    if (wait === undefined) return this.failAll(GONE);
    this.surroundings.later(wait, () => this.flush());
  }

  private failAll(error: RpcError): void {
    const ids = [...this.pending.keys()];
    this.pending.clear();
    this.failures = 0;
    for (const id of ids) this.reply({ kind: "error", id, error });
  }

  private reply(message: ReplyMessage): void {
    this.page.postMessage(ReplyMessage.format(message));
  }

  /** While something is open, a word every 10 s keeps Firefox from putting its event page to sleep. */
  private keepAlive(): void {
    if (this.beat !== null) return;
    this.beat = this.surroundings.later(ALIVE_EVERY_MS, () => {
      this.beat = null;
      if (this.pending.size === 0) return;
      this.tell({ type: "alive" });
      this.keepAlive();
    });
  }
}

/** Characters of the params as JSON; what is no plain data could not travel further and counts as endless. */
function sizeOf(params: unknown): number {
  try {
    return JSON.stringify(params ?? null).length;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
