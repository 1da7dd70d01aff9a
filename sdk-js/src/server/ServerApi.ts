import type { Credentials } from "../auth/Credentials.js";
import { NotConnected } from "../errors/NotConnected.js";
import type { TransportRequest } from "../Transport.js";

/** A Satchel server's HTTP doors, called with credentials. */
export class ServerApi {
  readonly url: string;
  readonly credentials: Credentials;

  constructor(url: string, credentials: Credentials) {
    this.url = url.replace(/\/+$/, "");
    this.credentials = credentials;
  }

  /**
   * Ask whether the server is there; anybody may, and no token is needed.
   *
   * @throws NotConnected when nothing answers in time.
   */
  async reach(timeoutMs: number): Promise<void> {
    try {
      await fetch(`${this.url}/healthz`, { credentials: "omit", signal: AbortSignal.timeout(timeoutMs) });
    } catch (cause) {
      throw this.#away(cause);
    }
  }

  /**
   * Call a door; a token that is refused is renewed once. Rejects with 4900 when the server is away.
   *
   * @param withinMs How long the server may take, where that is known; waiting for the person to sign in does not count.
   */
  async call(path: string, init: RequestInit = {}, withinMs?: number): Promise<Response> {
    const signal = init.signal ?? undefined;
    const token = await this.credentials.token(signal);
    const reply = await this.#send(path, init, token, withinMs);
    if (reply.status !== 401) return reply;
    await reply.body?.cancel();
    return this.#send(path, init, await this.credentials.renew(token, signal), withinMs);
  }

  /** Answer any method but `ai_generate`. What that takes is loaded when it is first needed. */
  async ask(call: TransportRequest): Promise<object> {
    const { askServer } = await import("./askServer.js");
    return askServer(this, call);
  }

  async #send(path: string, init: RequestInit, token: string, withinMs: number | undefined): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), authorization: `Bearer ${token}` };
    const limits = [init.signal, withinMs === undefined ? undefined : AbortSignal.timeout(withinMs)];
    const signal = AbortSignal.any(limits.filter((limit) => limit instanceof AbortSignal));
    try {
      return await fetch(this.url + path, { ...init, headers, signal, credentials: "omit" });
    } catch (cause) {
      throw init.signal?.aborted ? cause : this.#away(cause);
    }
  }

  #away(cause: unknown): NotConnected {
    const data = { satchelCode: "backend_unreachable" };
    return new NotConnected(4900, `Satchel does not answer at ${this.url}.`, data, { cause });
  }
}
