import { readJson } from "../readJson.js";
import { answerFromPopup } from "./askInPopup.js";
import { type AuthorizationRequest, isAuthorizationRequest } from "./isAuthorizationRequest.js";

const ANSWER = ["code", "state", "iss", "error", "error_description"];

/** Keep a question over the redirect that asks it, in this tab only. */
export function keepRequest(request: AuthorizationRequest): void {
  sessionStorage.setItem(keyOf(request.state), JSON.stringify(request));
}

/**
 * Look whether this document is where the server sent the browser back to, and tidy the address bar.
 *
 * In a window that a page of ours opened, the answer is handed to that page and the window closes.
 *
 * @returns The answer and the question it belongs to, where the page itself was sent; once.
 */
export function takeReturn(): { query: string; request: AuthorizationRequest } | undefined {
  const query = typeof location === "undefined" ? "" : location.search;
  const answer = new URLSearchParams(query);
  const state = answer.get("state") ?? "";
  if (!answer.has("code") && !answer.has("error")) return undefined;
  if (state.startsWith("popup.")) {
    tidyAddress(answer);
    answerFromPopup(state, query);
    return undefined;
  }
  const kept = readJson(sessionStorage.getItem(keyOf(state)));
  if (!isAuthorizationRequest(kept)) return undefined;
  sessionStorage.removeItem(keyOf(state));
  tidyAddress(answer);
  return { query, request: kept };
}

function tidyAddress(answer: URLSearchParams): void {
  for (const name of ANSWER) answer.delete(name);
  const rest = answer.size > 0 ? `?${answer}` : "";
  history.replaceState(history.state, "", location.pathname + rest + location.hash);
}

function keyOf(state: string): string {
  return `satchel:asked:${state}`;
}
