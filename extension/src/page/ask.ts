import type { Channel } from "./channel";
import { intrinsics } from "./intrinsics";

/** What one who stopped a question is told, as by every function of the platform that takes a signal. */
function stopped(): DOMException {
  return new intrinsics.DOMException("The page stopped the call.", "AbortError");
}

/**
 * Puts a question that starts no generation. An abort ends it at once with an `AbortError`, whatever the worker makes of
 * the cancel; with a signal that is aborted already, nothing is asked and no window opens.
 */
export async function ask(
  channel: Channel,
  method: string,
  params: unknown,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  if (signal === undefined) return channel.call(method, params);
  if (signal.aborted) throw stopped();
  let stop: () => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    stop = () => reject(stopped());
  });
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([channel.call(method, params, { signal }), ended]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
