import { NotConnected } from "../errors/NotConnected.js";
import type { Connect, Transport } from "../Transport.js";

/**
 * Take the first way that connects: `fallback(injected, http({ server }), ownKey(ask))` is the extension, else signing in, else the
 * page's own key. Which one was taken stays so for the client's life.
 *
 * @throws NotConnected with the last way's error as its cause when none connects; any other error ends the search.
 */
export function fallback(...ways: readonly Connect[]): Connect {
  return async (options): Promise<Transport> => {
    let cause: unknown;
    for (const connect of ways) {
      try {
        return await connect(options);
      } catch (error) {
        if (!(error instanceof NotConnected)) throw error;
        cause = error;
      }
    }
    throw new NotConnected(4900, "There is no way to reach a model.", {}, { cause });
  };
}
