import type { ClientFrame } from "../wire/client-frame";
import { ServerFrame } from "../wire/server-frame";
import { disconnected } from "./disconnected";

interface Dependencies {
  open(url: string, protocol: string): WebSocket;
  backend(): Promise<string>;
  /** What lets us in at `path`; `fresh` after the last was refused. */
  hello(path: string, fresh: boolean): Promise<{ token: string; proof?: string }>;
  client: { name: string; version: string };
  onFrame(frame: ServerFrame): void;
  /** The connection went away while it was in use. */
  onDown(): void;
}

const PATH = "/v1/socket";
const WELCOME_WITHIN_MS = 20_000;
const PING_EVERY_MS = 20_000;
const SILENT_AT_MOST_MS = 50_000;
const REST_AFTER_MS = 3_000;
const TOKEN_REFUSED = 4401;

/**
 * The one websocket to the backend: opened on demand, kept awake by a ping every 20 s while it is in use (Chrome keeps
 * a worker alive for that), and closed three seconds after the last generation.
 */
export class Link {
  private opening: Promise<void> | null = null;
  private socket: WebSocket | null = null;
  private pinger: ReturnType<typeof setInterval> | null = null;
  private resting: ReturnType<typeof setTimeout> | null = null;
  private heardAt = 0;
  private notBefore = 0;
  private nonce = 0;
  /** Counts how often it was closed: whoever was greeted for an earlier time is not let in. */
  private closings = 0;

  /** The most a message may weigh, as the server said last. */
  messageBytes = 1_048_576;
  /** How many generations run on it at once, of all sites together, as the server said last. */
  generations = 48;

  constructor(private readonly deps: Dependencies) {}

  /** Resolves when frames can be sent; rejects with 4900. */
  ready(): Promise<void> {
    if (this.resting !== null) clearTimeout(this.resting);
    this.resting = null;
    if (this.socket !== null) return Promise.resolve();
    if (this.opening !== null) return this.opening;
    const opening = this.connect().finally(() => {
      if (this.opening === opening) this.opening = null;
    });
    this.opening = opening;
    return opening;
  }

  /** Sends a frame; false when the connection has gone: then `onDown` has been called or will be. */
  send(frame: ClientFrame): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Nothing runs any more: close soon, unless `ready` is called before. */
  rest(): void {
    if (this.resting !== null || this.socket === null) return;
    this.resting = setTimeout(() => this.close(), REST_AFTER_MS);
  }

  /** Closes without a word to anybody but those who wait until it is open: they hear that nobody answers. */
  close(): void {
    if (this.resting !== null) clearTimeout(this.resting);
    this.resting = null;
    this.closings += 1;
    this.opening = null;
    this.drop()?.close(1000);
  }

  private async connect(): Promise<void> {
    const { closings } = this;
    const wait = this.notBefore - Date.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const url = (await this.deps.backend()).replace(/^http/, "ws") + PATH;
    const closedWith = await this.greet(url, await this.deps.hello(PATH, false), closings);
    if (closedWith === null) return;
    if (closedWith !== TOKEN_REFUSED) throw disconnected("backend_unreachable");
    if ((await this.greet(url, await this.deps.hello(PATH, true), closings)) !== null) throw disconnected("signed_out");
  }

  /** Opens a socket and says hello. Resolves with null when welcome, else with the close code. */
  private greet(url: string, hello: { token: string; proof?: string }, closings: number): Promise<number | null> {
    if (this.closings !== closings) return Promise.resolve(0);
    return new Promise((resolve) => {
      const socket = this.deps.open(url, "satchel.v1");
      const timer = setTimeout(() => {
        socket.close();
        resolve(0);
      }, WELCOME_WITHIN_MS);
      const { client } = this.deps;
      socket.onopen = () => socket.send(JSON.stringify({ type: "hello", ...hello, client } satisfies ClientFrame));
      socket.onclose = (event) => {
        clearTimeout(timer);
        resolve(event.code);
      };
      socket.onmessage = (event: MessageEvent) => {
        const frame = ServerFrame.parse(event.data);
        if (frame?.type !== "welcome") return;
        if (this.closings !== closings) return socket.close(1000);
        clearTimeout(timer);
        this.messageBytes = frame.limits.message_bytes;
        this.generations = frame.limits.generations;
        this.adopt(socket);
        resolve(null);
      };
    });
  }

  private adopt(socket: WebSocket): void {
    this.socket = socket;
    this.heardAt = Date.now();
    socket.onmessage = (event: MessageEvent) => this.receive(event.data);
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.drop();
      this.deps.onDown();
    };
    this.pinger = setInterval(() => this.ping(), PING_EVERY_MS);
  }

  private receive(data: unknown): void {
    this.heardAt = Date.now();
    const frame = ServerFrame.parse(data);
    if (frame === null || frame.type === "pong") return;
    if (frame.type === "draining") this.notBefore = Date.now() + frame.retry_after_s * 1000;
    this.deps.onFrame(frame);
  }

  private ping(): void {
    if (Date.now() - this.heardAt > SILENT_AT_MOST_MS) {
      this.drop()?.close();
      return this.deps.onDown();
    }
    this.nonce += 1;
    this.send({ type: "ping", nonce: String(this.nonce) });
  }

  private drop(): WebSocket | null {
    const { socket } = this;
    this.socket = null;
    if (this.pinger !== null) clearInterval(this.pinger);
    this.pinger = null;
    return socket;
  }
}
