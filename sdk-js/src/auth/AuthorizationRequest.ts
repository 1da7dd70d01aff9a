import { PermissionDenied } from "../errors/PermissionDenied.js";
import { SignInRequired } from "../errors/SignInRequired.js";
import type { AuthorizationServer } from "./AuthorizationServer.js";
import type { AppOptions, AuthorizationRequest } from "./isAuthorizationRequest.js";
import { randomText } from "./randomText.js";
import { sha256 } from "./sha256.js";

/** Make a question with a verifier of its own; `state` begins with the way that it goes. */
export function newRequest(
  via: "popup" | "redirect",
  server: AuthorizationServer,
  app: AppOptions,
): AuthorizationRequest {
  const { clientId, redirectUri } = app;
  return {
    state: `${via}.${randomText(24)}`,
    verifier: randomText(48),
    issuer: server.issuer,
    clientId,
    redirectUri,
  };
}

/** Return the address that asks the person: authorization code with PKCE S256. */
export async function addressOf(
  request: AuthorizationRequest,
  server: AuthorizationServer,
  scopes: readonly string[],
): Promise<string> {
  const query = new URLSearchParams({
    response_type: "code",
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    scope: scopes.join(" "),
    state: request.state,
    code_challenge: await sha256(request.verifier),
    code_challenge_method: "S256",
  });
  return `${server.authorize}?${query}`;
}

/**
 * Read the code out of the query that the server sent the browser back with.
 *
 * @throws PermissionDenied when the person said no.
 * @throws SignInRequired when the answer is not to this question, or not of this server (RFC 9207).
 */
export function codeIn(query: string, request: AuthorizationRequest): string {
  const answer = new URLSearchParams(query);
  if (answer.get("state") !== request.state) throw new SignInRequired("The answer belongs to another question.");
  if (answer.get("iss") !== request.issuer) throw new SignInRequired("The answer comes from another server.");
  const error = answer.get("error");
  if (error === "access_denied") {
    throw new PermissionDenied(4001, "You did not let this page use Satchel.", { satchelCode: "consent_denied" });
  }
  const code = answer.get("code");
  if (error || !code) {
    throw new SignInRequired(`Signing in failed: ${answer.get("error_description") ?? error ?? "no code came"}.`);
  }
  return code;
}
