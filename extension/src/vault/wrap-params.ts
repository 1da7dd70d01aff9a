import { isRecord } from "../wire/is-record";
import { WorkerFault } from "../wire/worker-fault";
import { base64url } from "./base64url";

interface Params {
  salt: Uint8Array<ArrayBuffer>;
  /** Argon2id's memory in KiB, passes and lanes; passphrases only. */
  costs: { m: number; t: number; p: number };
  credentialId: Uint8Array<ArrayBuffer> | null;
}

const COSTS = { m: 64 * 1024, t: 3, p: 4 };
const LIMITS = { m: [64 * 1024, 1024 * 1024], t: [3, 16], p: [1, 16] } as const;
const SALT_BYTES = 16;

/**
 * What a wrap's key is derived with, as text that is bound into the wrap. A server that sends weaker costs than ours, to make
 * guessing cheap for itself, is refused; so are costs that would take a browser down.
 */
export const wrapParams = {
  fresh(more: Record<string, unknown> = {}): string {
    const salt = base64url.of(crypto.getRandomValues(new Uint8Array(SALT_BYTES)));
    return JSON.stringify({ v: 1, ...more, salt });
  },

  costs: COSTS,

  read(text: string, isPassphrase: boolean): Params {
    const sent: unknown = JSON.parse(text);
    if (!isRecord(sent) || sent["v"] !== 1 || typeof sent["salt"] !== "string") throw refused();
    const salt = base64url.bytes(sent["salt"]);
    if (salt.length < SALT_BYTES) throw refused();
    const costs = { m: Number(sent["m"]), t: Number(sent["t"]), p: Number(sent["p"]) };
    for (const name of isPassphrase ? (["m", "t", "p"] as const) : []) {
      const [least, most] = LIMITS[name];
      if (!Number.isInteger(costs[name]) || costs[name] < least || costs[name] > most) throw refused();
    }
    const credential = sent["credential_id"];
    return { salt, costs, credentialId: typeof credential === "string" ? base64url.bytes(credential) : null };
  },
};

function refused(): WorkerFault {
  const message = "The server asks for a weaker lock than this program allows. Nothing was sent.";
  return new WorkerFault(message, { code: "weak_lock" });
}
