import { type Browser, browser } from "wxt/browser";
import type { GenerationEnd } from "./generation-end";
import { isRecord } from "./is-record";
import type { LiveGeneration } from "./live-generation";
import { ReplyMessage } from "./reply-message";
import { RpcCode } from "./rpc-code";
import { RpcFailure } from "./rpc-failure";
import type { StreamEvent } from "./stream-event";
import type { WorkerApi } from "./worker-api";
import { WorkerFault } from "./worker-fault";

interface Call {
  message: { id: number; call: string; args: unknown[] };
  /** Where it was sent last. */
  port: Browser.runtime.Port | null;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

interface Chat {
  onEvent(event: StreamEvent): void;
  resolve(end: GenerationEnd): void;
  reject(error: Error): void;
}

/** Asks a model for our own screens. An abort stops the provider; the call then still ends with what it cost. */
export type AskModel = (
  params: unknown,
  onEvent: (event: StreamEvent) => void,
  signal: AbortSignal,
) => Promise<GenerationEnd>;

const RECONNECT_AFTER_MS = 50;
/** What would be done twice if it were repeated: a key's twin, another sign-in window, a proof that is spent. */
const ONCE: ReadonlySet<string> = new Set<keyof WorkerApi>(["addKey", "connect", "unlock"]);

/** Our screens' end of the port to the worker. Opened when needed; a call that a killed worker took along is repeated where it may be. */
class WorkerClient {
  private readonly calls = new Map<number, Call>();
  private readonly chats = new Map<string, Chat>();
  private readonly listeners = new Set<(live: readonly LiveGeneration[]) => void>();
  private port: Browser.runtime.Port | null = null;
  private count = 0;

  call(name: string, args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const message = { id: ++this.count, call: name, args };
      const call: Call = { message, port: null, resolve, reject };
      this.calls.set(message.id, call);
      this.post(call);
    });
  }

  readonly ask: AskModel = (params, onEvent, signal) => {
    const id = crypto.randomUUID();
    const stop = () => this.chats.has(id) && this.connected().postMessage({ cancel: id });
    signal.addEventListener("abort", stop);
    const ended = new Promise<GenerationEnd>((resolve, reject) => {
      this.chats.set(id, { onEvent, resolve, reject });
      this.connected().postMessage({ chat: id, params });
    });
    return ended.finally(() => signal.removeEventListener("abort", stop));
  };

  /** Hears that something changed, with what runs now. Keeps the port open from then on. */
  watch(listener: (live: readonly LiveGeneration[]) => void): () => void {
    this.listeners.add(listener);
    this.connected();
    return () => {
      this.listeners.delete(listener);
    };
  }

  private post(call: Call): void {
    call.port = this.connected();
    call.port.postMessage(call.message);
  }

  private connected(): Browser.runtime.Port {
    if (this.port !== null) return this.port;
    const port = browser.runtime.connect({ name: "ui" });
    this.port = port;
    port.onMessage.addListener((message: unknown) => this.receive(message));
    port.onDisconnect.addListener(() => this.dropped(port));
    return port;
  }

  private dropped(port: Browser.runtime.Port): void {
    this.port = null;
    const lost = new RpcFailure(RpcCode.disconnected, "The connection to your Satchel was lost", {
      satchelCode: "connection_lost",
    });
    for (const chat of this.chats.values()) chat.reject(lost);
    this.chats.clear();
    for (const [id, { message, reject }] of [...this.calls]) {
      if (!ONCE.has(message.call)) continue;
      this.calls.delete(id);
      reject(interrupted());
    }
    const watched = this.listeners.size > 0 && document.visibilityState === "visible";
    if (this.calls.size === 0 && !watched) return;
    setTimeout(() => {
      this.connected();
      for (const call of this.calls.values()) if (call.port === port) this.post(call);
    }, RECONNECT_AFTER_MS);
  }

  private receive(message: unknown): void {
    if (!isRecord(message)) return;
    if (isRecord(message["reply"])) return this.hear(ReplyMessage.parse(message["reply"]));
    if (message["changed"] === true) {
      for (const listener of [...this.listeners]) listener((message["live"] ?? []) as LiveGeneration[]);
      return;
    }
    const call = this.calls.get(message["id"] as number);
    if (call === undefined) return;
    this.calls.delete(call.message.id);
    if ("error" in message) call.reject(WorkerFault.fromWire(message["error"]));
    else call.resolve(message["ok"]);
  }

  private hear(reply: ReplyMessage | null): void {
    if (reply === null || reply.kind === "push" || reply.kind === "probe") return;
    const chat = this.chats.get(reply.id);
    if (reply.kind === "event") return chat?.onEvent(reply.event);
    this.chats.delete(reply.id);
    if (reply.kind === "result") chat?.resolve(reply.result as GenerationEnd);
    else chat?.reject(new RpcFailure(reply.error.code, reply.error.message, reply.error.data));
  }
}

function interrupted(): WorkerFault {
  const message = "Satchel's extension was interrupted. Look whether it is done; if not, try again.";
  return new WorkerFault(message, { code: "interrupted" });
}

/** The worker as an object: `api` has its calls, `watch` its changes, `ask` asks a model. */
export function connectWorker(): { api: WorkerApi; watch: WorkerClient["watch"]; ask: AskModel } {
  const client = new WorkerClient();
  const api = new Proxy({} as WorkerApi, {
    get:
      (_, name) =>
      (...args: unknown[]) =>
        client.call(String(name), args),
  });
  return { api, watch: (listener) => client.watch(listener), ask: client.ask };
}
