import { SignInRequired } from "../errors/SignInRequired.js";
import { toAbortError } from "../errors/toAbortError.js";

const FEATURES = "popup,width=460,height=680";

/**
 * Open a window for a question whose address is not ready yet. Call it at once in a click: browsers block windows that come later.
 *
 * @throws SignInRequired when the browser blocks it.
 */
export function openPopup(): Window {
  const popup = window.open("about:blank", "_blank", FEATURES);
  if (!popup) throw new SignInRequired("The browser blocked the window to sign in. Ask again right after a click.");
  return popup;
}

/**
 * Send the window to `address` and wait until it comes back to this origin with the answer to `state`.
 *
 * Whether the person just closes the window cannot be seen (the server's pages cut the tie on purpose), so `signal` ends the waiting.
 *
 * @returns The query that the server answered with.
 */
export function askInPopup(popup: Window, address: string, state: string, signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const channel = new BroadcastChannel(channelOf(state));
    const end = () => {
      channel.close();
      signal?.removeEventListener("abort", stop);
      popup.close();
    };
    const stop = () => {
      end();
      reject(toAbortError());
    };
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data !== "string") return;
      end();
      resolve(data);
    };
    if (signal?.aborted) return stop();
    signal?.addEventListener("abort", stop, { once: true });
    popup.location.href = address;
  });
}

/** In the window that came back: hand the answer to the page that asked, and close. */
export function answerFromPopup(state: string, query: string): void {
  const channel = new BroadcastChannel(channelOf(state));
  channel.postMessage(query);
  channel.close();
  window.close();
}

function channelOf(state: string): string {
  return `satchel:${state}`;
}
