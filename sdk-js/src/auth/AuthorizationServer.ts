import { NotConnected } from "../errors/NotConnected.js";
import { isRecord } from "../isRecord.js";
import { ask } from "./ask.js";

/** The addresses of a server's OAuth doors. */
export interface AuthorizationServer {
  issuer: string;
  authorize: string;
  token: string;
  revoke: string;
}

/**
 * Read a server's own description (RFC 8414).
 *
 * @throws NotConnected when it does not answer, does not let this page read it, or describes another server.
 */
export async function readAuthorizationServer(server: string): Promise<AuthorizationServer> {
  const issuer = new URL(server).origin;
  const body: unknown = await ask(`${issuer}/.well-known/oauth-authorization-server`)
    .then((reply) => (reply.ok ? reply.json() : undefined))
    .catch((cause) => {
      const data = { satchelCode: "backend_unreachable" };
      const message = `Satchel does not answer at ${issuer}, or does not know ${location.origin} as an app.`;
      throw new NotConnected(4900, message, data, { cause });
    });
  const told: Record<string, unknown> = isRecord(body) ? body : {};
  if (told.issuer !== issuer) throw new NotConnected(4900, `What answers at ${issuer} is not Satchel.`);
  return {
    issuer,
    authorize: within(issuer, told.authorization_endpoint),
    token: within(issuer, told.token_endpoint),
    revoke: within(issuer, told.revocation_endpoint),
  };
}

/** A description that sends codes or tokens elsewhere is not believed. */
function within(issuer: string, address: unknown): string {
  if (typeof address === "string" && URL.canParse(address) && new URL(address).origin === issuer) return address;
  throw new NotConnected(4900, `Satchel at ${issuer} names a door that is not its own.`);
}
