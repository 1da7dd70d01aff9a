import { Session } from "./Session.js";

/** How a page signs a person in. */
export interface OAuthOptions {
  /** The Satchel server's address. */
  server: string;
  /** How the server knows this app; by default the page's origin. */
  clientId?: string | undefined;
  /** Where the browser comes back to; by default this page. It must make the same session, so that the answer is taken. */
  redirectUri?: string | undefined;
  /** What to ask for; by default to use models and to list them. */
  scopes?: readonly string[] | undefined;
  /** A window of its own (default), or this one. */
  via?: "popup" | "redirect" | undefined;
  /** Keep tokens for this document (default), or for this tab, so that a reload does not sign out. */
  keep?: "memory" | "session" | undefined;
}

/**
 * Let the person sign in to a Satchel server from a page, by OAuth 2.1 with PKCE.
 *
 * Opens nothing by itself; `signIn`, or the first call that needs a token, does. Takes up the answer when the browser comes back.
 */
export function oauth(options: OAuthOptions): Session {
  const here = typeof location === "undefined" ? undefined : location;
  return new Session({
    server: options.server,
    clientId: options.clientId ?? here?.origin ?? "",
    redirectUri: options.redirectUri ?? (here ? here.origin + here.pathname : ""),
    scopes: options.scopes ?? ["generate", "models"],
    via: options.via ?? "popup",
    keep: options.keep ?? "memory",
  });
}
