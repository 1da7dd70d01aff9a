import { SignInRequired } from "../errors/SignInRequired.js";
import { toServerError } from "../errors/toServerError.js";
import { isRecord } from "../isRecord.js";
import { ask } from "./ask.js";
import type { Tokens } from "./Tokens.js";

/** The only answers that say that a code or a token is good no more (RFC 6749 §5.2); all else may pass, or is not the server's word. */
const FINAL: readonly unknown[] = ["invalid_grant", "invalid_client", "unauthorized_client"];

/**
 * Exchange a code or a refresh token at the token door.
 *
 * @throws SignInRequired when the server takes it no more; another error, worth another try, when it could not answer.
 */
export async function exchange(door: string, form: Record<string, string>): Promise<Tokens> {
  const reply = await ask(door, form).catch((cause: unknown) => {
    throw Object.assign(toServerError({ code: "not_ready", message: "Satchel does not answer." }), { cause });
  });
  const body: unknown = await reply.json().catch(() => undefined);
  const told = isRecord(body) ? body : {};
  const { access_token: access, refresh_token: refresh, expires_in: lifeS, error } = told;
  if (reply.ok && typeof access === "string" && typeof refresh === "string" && typeof lifeS === "number") {
    return { access, refresh, expiresAtMs: Date.now() + lifeS * 1000 };
  }
  const why = String(told.error_description ?? error ?? `status ${reply.status}`);
  if (FINAL.includes(error)) throw new SignInRequired(`Signing in ended: ${why}.`);
  throw toServerError({ code: "not_ready", message: `Satchel cannot sign you in now: ${why}.` });
}
