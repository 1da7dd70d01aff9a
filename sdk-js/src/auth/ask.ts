const ANSWER_WITHIN_MS = 20_000;

/** Call a door of the authorization server: no cookies, and no waiting for ever, since other tabs wait for us. */
export function ask(door: string, form?: Record<string, string>): Promise<Response> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const post = form && { method: "POST", body: new URLSearchParams(form) };
  return fetch(door, { credentials: "omit", signal, ...post });
}
