import { isRecord } from "../wire/is-record";
import { ReplyMessage } from "../wire/reply-message";
import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import type { StreamEvent } from "../wire/stream-event";
import { bare } from "./bare";
import { intrinsics } from "./intrinsics";

interface Call {
  resolve(result: unknown): void;
  reject(failure: RpcFailure): void;
  onEvent(event: StreamEvent): void;
  letGo(): void;
}

interface CallOptions {
  onEvent?: (event: StreamEvent) => void;
  signal?: AbortSignal | undefined;
}

const PROBE_EVERY_MS = 2_000;
const PROBES_MISSED_AT_MOST = 2;

/**
 * The page's end of the private port: numbers the calls, hands out replies, and notices when nobody is left at the
 * other end. An updated extension takes its relay with it (Firefox) or leaves it behind (Chromium), and cannot say so; while
 * a call is open the relay is therefore asked for a sign of life every two seconds, and after two silences every call ends
 * with 4900.
 */
export class Channel {
  private readonly calls = new Map<string, Call>();
  private readonly listeners = new Set<(push: string, data: unknown) => void>();
  private readonly prefix = intrinsics.randomId();
  private count = 0;
  private probe = 0;
  private answered = 0;
  private dead = false;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly port: MessagePort) {
    port.onmessage = (event: MessageEvent) => this.receive(intrinsics.apply(intrinsics.messageData, event, []));
  }

  /** Sends one request; settles with its result, or with an `RpcFailure`. `signal` asks to cancel, no more. */
  call(method: string, params: unknown, options: CallOptions = {}): Promise<unknown> {
    if (this.dead) return Promise.reject(gone());
    const { onEvent = () => undefined, signal } = bare(options);
    const id = `${this.prefix}:${++this.count}`;
    return new Promise((resolve, reject) => {
      const stop = () => this.post({ id, cancel: true });
      const letGo = () => signal?.removeEventListener("abort", stop); // a page may keep one signal for all its calls
      this.calls.set(id, { resolve, reject, onEvent, letGo });
      this.post({ id, method, params });
      signal?.addEventListener("abort", stop, { once: true });
      this.watch();
    });
  }

  /** Registers for pushes (`modelChanged`, `permissionsChanged`, `disconnect`). */
  onPush(listener: (push: string, data: unknown) => void): void {
    this.listeners.add(listener);
  }

  private post(message: Record<string, unknown>): void {
    intrinsics.apply(intrinsics.postMessage, this.port, [message]);
  }

  private receive(data: unknown): void {
    const message = ReplyMessage.parse(isRecord(data) ? bare(data) : data);
    if (message === null) return;
    if (message.kind === "probe") this.answered = message.probe;
    else if (message.kind === "push") this.push(message.push, message.data);
    else this.reply(message);
  }

  private reply(message: Exclude<ReplyMessage, { kind: "probe" | "push" }>): void {
    const call = this.calls.get(message.id);
    if (call === undefined) return;
    if (message.kind === "event") return call.onEvent(message.event);
    this.calls.delete(message.id);
    call.letGo();
    if (message.kind === "result") call.resolve(message.result);
    else call.reject(new RpcFailure(message.error.code, message.error.message, message.error.data));
  }

  private push(name: string, data: unknown): void {
    for (const listener of [...this.listeners]) listener(name, data);
  }

  private watch(): void {
    if (this.timer !== null || this.calls.size === 0) return;
    this.timer = intrinsics.setTimeout(() => {
      this.timer = null;
      if (this.probe - this.answered >= PROBES_MISSED_AT_MOST) return this.die();
      this.probe += 1;
      this.post({ probe: this.probe });
      this.watch();
    }, PROBE_EVERY_MS);
  }

  private die(): void {
    this.dead = true;
    const open = [...this.calls.values()];
    this.calls.clear();
    for (const call of open) {
      call.letGo();
      call.reject(gone());
    }
    this.push("disconnect", gone().toWire());
  }
}

function gone(): RpcFailure {
  return new RpcFailure(
    RpcCode.disconnected,
    "Satchel was updated or switched off. Reload this page to use it again.",
    { satchelCode: "extension_gone" },
  );
}
