import { isRecord } from "../wire/is-record";
import type { Refusal } from "../wire/refusal";
import type { ReplyMessage } from "../wire/reply-message";
import { RpcCode } from "../wire/rpc-code";
import type { RpcError } from "../wire/rpc-error";
import type { KeyValue } from "./key-value";

const KEY = "refused";
const KEPT_MS = 30 * 60_000;
const CHARACTERS_AT_MOST = 200;
/** What the ledger tells itself, what the person decided, and what the popup says otherwise. */
const TOLD_ELSEWHERE: ReadonlySet<number> = new Set([
  RpcCode.providerFailed,
  RpcCode.rejected,
  RpcCode.unauthorized,
  RpcCode.disconnected,
]);

/** What the person decided in general, or what became of it, which the popup says where a request met it. */
const SITES_LIMITS: ReadonlySet<string> = new Set(["model_not_granted", "capability_not_granted", "key_gone"]);

/** The newest refusal, for the popup. */
export class LastRefusal {
  constructor(private readonly session: KeyValue) {}

  /** Keeps an error; a whole answer to the same site makes the kept one old. Other results say nothing. */
  async heed(origin: string, reply: ReplyMessage): Promise<void> {
    if (reply.kind === "error") await this.keep(origin, reply.error);
    else if (reply.kind === "result" && isRecord(reply.result) && "finishReason" in reply.result)
      await this.drop(origin);
  }

  async read(): Promise<Refusal | null> {
    const refusal = await this.session.get<Refusal>(KEY);
    return refusal !== null && Date.now() - refusal.at < KEPT_MS ? refusal : null;
  }

  private async keep(origin: string, error: RpcError): Promise<void> {
    const code = error.data?.satchelCode;
    if (code === undefined || (TOLD_ELSEWHERE.has(error.code) && !SITES_LIMITS.has(code))) return;
    const message = error.message.slice(0, CHARACTERS_AT_MOST);
    await this.session.set(KEY, { origin, code, message, at: Date.now() } satisfies Refusal);
  }

  private async drop(origin: string): Promise<void> {
    if ((await this.read())?.origin === origin) await this.session.remove(KEY);
  }
}
