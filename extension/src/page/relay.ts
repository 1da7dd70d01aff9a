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
  size: number;
  seen: number;
  active: boolean;
  /** The page has thought better of it; it still waits for the one reply. */
  stopped: boolean;
  sentOn: Browser.runtime.Port | null;
}

const MESSAGE_BYTES_AT_MOST = 8 * 1024 * 1024;
const OPEN_AT_MOST = 256;
const OPEN_BYTES_AT_MOST = 2 * MESSAGE_BYTES_AT_MOST;
const RECONNECT_AFTER_MS = [0, 100, 300, 1_000, 2_000, 4_000, 8_000] as const;
const ALIVE_EVERY_MS = 10_000;
const GONE: RpcError = {
  code: RpcCode.disconnected,
  message: "Satchel was updated or switched off. Reload this page to use it again.",
  data: { satchelCode: "extension_gone" },
};
const TOO_LARGE: RpcError = {
  code: RpcCode.invalidRequest,
  message: "The request is larger than 8 MiB",
  data: { satchelCode: "request_too_large" },
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
  private away = false;
  private beat: unknown = null;

  constructor(
    private readonly page: Pick<MessagePort, "postMessage">,
    private readonly surroundings: RelaySurroundings,
  ) {}

  /** One message of the page. */
  fromPage(data: unknown): void {
    const message = PageMessage.parse(data);
    if (message === null) return;
    if (message.kind === "probe") return this.probed(message);
    if (message.kind === "cancel") return this.cancel(message.id);
    this.accept(message);
  }

  /** The tab was shown or hidden: a question that waits for it may now be asked. */
  visibilityChanged(): void {
    if (this.pending.size > 0) this.tell({ type: "visible", visible: this.surroundings.visible() });
  }

  /**
   * The document goes away, perhaps to come back from the cache: with the port the worker stops whatever it runs for it. What is
   * said to a document that is put away may be lost (Firefox 153), so the page is told when it is back.
   */
  pageHidden(): void {
    this.away = true;
    this.worker?.disconnect();
    this.worker = null;
  }

  /** The document is back: what was open when it went, and what it asked on its way out, ends now. */
  pageShown(): void {
    if (!this.away) return;
    this.away = false;
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
    const { id, method } = message;
    if (this.pending.has(id)) return;
    const text = jsonOf(message.params);
    if (text === null) return this.reply({ kind: "error", id, error: TOO_LARGE });
    const error = this.tooMuch(text.length);
    if (error !== null) return this.reply({ kind: "error", id, error });
    const params: unknown = JSON.parse(text); // what goes on is what was weighed, whatever else the page put beside it
    const active = this.surroundings.active();
    this.pending.set(id, { method, params, size: text.length, seen: 0, active, stopped: false, sentOn: null });
    this.flush();
    this.keepAlive();
  }

  /** Says it once, however often the page does: what reaches the backend counts for all sites. */
  private cancel(id: string): void {
    const pending = this.pending.get(id);
    if (pending === undefined || pending.stopped) return;
    this.tell({ type: "cancel", id });
    pending.stopped = true;
  }

  /** The page asks for a sign of life while something is open: the moment to look whether the extension is still there. */
  private probed(probe: Extract<PageMessage, { kind: "probe" }>): void {
    if (this.surroundings.orphaned()) this.failAll(GONE);
    this.reply(probe);
  }

  /** Why a request of this size cannot be taken now; null when it can. */
  private tooMuch(size: number): RpcError | null {
    if (size > MESSAGE_BYTES_AT_MOST) return TOO_LARGE;
    const open = [...this.pending.values()].reduce((sum, pending) => sum + pending.size, 0);
    if (this.pending.size < OPEN_AT_MOST && open + size <= OPEN_BYTES_AT_MOST) return null;
    const message = `${OPEN_AT_MOST} requests, or 16 MiB of them, are open in this document; wait for one to end`;
    return { code: RpcCode.rateLimited, message, data: { satchelCode: "too_many_generations", retryable: true } };
  }

  private request(id: string, pending: Pending): RelayMessage {
    const { method, params, seen, active } = pending;
    const { surroundings } = this;
    const again = pending.sentOn !== null;
    const facts = { active, visible: surroundings.visible(), opaque: surroundings.origin() === "null" };
    return { type: "request", id, method, params, ...facts, ...(again ? { resume: { after: seen } } : {}) };
  }

  /** Sends every open request that this worker has not heard of yet, once the person has come to the document; opens the port first where there is none. */
  private flush(): void {
    if (this.away || this.surroundings.early()) return;
    for (const [id, pending] of [...this.pending]) {
      const port = this.connected();
      if (port === null) return;
      if (pending.sentOn === port) continue;
      const message = this.request(id, pending);
      pending.sentOn = port;
      this.post(port, message);
      if (pending.stopped) this.post(port, { type: "cancel", id });
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

/** The params as JSON; null for what is no plain data and could not travel further. */
function jsonOf(params: unknown): string | null {
  try {
    return JSON.stringify(params ?? null) ?? "null";
  } catch {
    return null;
  }
}
