import type { Credentials } from "../auth/Credentials.js";
import { NotConnected } from "../errors/NotConnected.js";
import { SignInRequired } from "../errors/SignInRequired.js";
import { type ClientFrame, type ServerFrame, SUBPROTOCOL } from "../frames.gen.js";
import { Shared } from "../Shared.js";
import { parseFrame } from "./parseFrame.js";

interface Hearer {
  /** A frame that is not about the link itself. */
  onFrame(frame: ServerFrame): void;
  /** The link went away while it was in use. */
  onDown(): void;
}

const WELCOME_WITHIN_MS = 10_000;
const PING_EVERY_MS = 20_000;
const SILENT_AT_MOST_MS = 50_000;
const REST_AFTER_MS = 30_000;
const TOKEN_REFUSED = 4401;
const UNKNOWN_LIMIT = 1_048_576;

/** The one websocket of a client: opened when first needed, watched by pings, closed when nothing has run for half a minute. */
export class Link {
  readonly #url: string;
  readonly #credentials: Credentials;
  readonly #hearer: Hearer;
  #opening: Shared | undefined;
  #socket: WebSocket | undefined;
  #pinger: ReturnType<typeof setInterval> | undefined;
  #resting: ReturnType<typeof setTimeout> | undefined;
  #heardAtMs = 0;
  #notBeforeMs = 0;

  /** The most that a message may weigh, as the server said last. */
  messageBytes: number = UNKNOWN_LIMIT;

  constructor(server: string, credentials: Credentials, hearer: Hearer) {
    this.#url = `${server.replace(/^http/, "ws").replace(/\/+$/, "")}/v1/socket`;
    this.#credentials = credentials;
    this.#hearer = hearer;
  }

  /** Resolve when frames can be sent; reject with 4900. */
  ready(signal?: AbortSignal): Promise<void> {
    clearTimeout(this.#resting);
    if (this.#socket) return Promise.resolve();
    const opening = this.#opening;
    return (opening && !opening.isAbandoned ? opening : this.#open()).wait(signal);
  }

  /** Send a frame; false when the link is gone, and then `onDown` has been called or will be. */
  send(frame: ClientFrame): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Close soon, unless `ready` is called before. */
  rest(): void {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#drop()?.close(1000), REST_AFTER_MS);
    (this.#resting as { unref?: () => void }).unref?.();
  }

  #open(): Shared {
    const shared: Shared = new Shared((signal) =>
      this.#connect(signal).finally(() => {
        if (this.#opening === shared) this.#opening = undefined;
      }),
    );
    this.#opening = shared;
    return shared;
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const token = await this.#credentials.token(signal);
    const waitMs = this.#notBeforeMs - Date.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    let closed = await this.#greet(token);
    if (closed === TOKEN_REFUSED) closed = await this.#greet(await this.#credentials.renew(token, signal));
    if (closed === TOKEN_REFUSED) throw new SignInRequired("Satchel does not take this page's token.");
    if (closed === undefined) return;
    const message = `Satchel does not answer at ${this.#url}, or lets no page of this origin open its socket.`;
    throw new NotConnected(4900, message, { satchelCode: "backend_unreachable", closeCode: closed });
  }

  /** Open a socket and say hello; resolve with the close code when that is not welcome. */
  #greet(token: string): Promise<number | undefined> {
    return new Promise((resolve) => {
      const socket = new WebSocket(this.#url, SUBPROTOCOL);
      const timer = setTimeout(() => socket.close(), WELCOME_WITHIN_MS);
      socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token } satisfies ClientFrame));
      socket.onclose = ({ code }) => {
        clearTimeout(timer);
        resolve(code);
      };
      socket.onmessage = ({ data }: MessageEvent<unknown>) => {
        const frame = parseFrame(data);
        if (frame?.type !== "welcome") return;
        clearTimeout(timer);
        this.messageBytes = frame.limits.message_bytes;
        this.#adopt(socket);
        resolve(undefined);
      };
    });
  }

  #adopt(socket: WebSocket): void {
    this.#socket = socket;
    this.#heardAtMs = Date.now();
    socket.onmessage = ({ data }: MessageEvent<unknown>) => this.#receive(data);
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#drop();
      this.#hearer.onDown();
    };
    this.#pinger = setInterval(() => this.#ping(), PING_EVERY_MS);
    (this.#pinger as { unref?: () => void }).unref?.();
  }

  #receive(data: unknown): void {
    this.#heardAtMs = Date.now();
    const frame = parseFrame(data);
    if (!frame || frame.type === "pong") return;
    if (frame.type === "draining") this.#notBeforeMs = Date.now() + frame.retry_after_s * 1000;
    this.#hearer.onFrame(frame);
  }

  #ping(): void {
    if (Date.now() - this.#heardAtMs <= SILENT_AT_MOST_MS) return void this.send({ type: "ping" });
    this.#drop()?.close();
    this.#hearer.onDown();
  }

  #drop(): WebSocket | undefined {
    const socket = this.#socket;
    this.#socket = undefined;
    clearInterval(this.#pinger);
    clearTimeout(this.#resting);
    return socket;
  }
}
