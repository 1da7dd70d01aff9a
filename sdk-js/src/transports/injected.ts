import { ExtensionMissing } from "../errors/ExtensionMissing.js";
import type { Connect } from "../Transport.js";
import { discoverProvider } from "./discoverProvider.js";

/**
 * Reach Satchel through the browser extension.
 *
 * @throws ExtensionMissing when nothing answers within the client's timeout.
 */
export const injected: Connect = async ({ timeoutMs }) => {
  const provider = await discoverProvider(timeoutMs);
  if (!provider) throw new ExtensionMissing(timeoutMs);
  return {
    request: ({ method, params, signal, onEvent }) =>
      provider.request(params ? { method, params } : { method }, {
        ...(signal && { signal }),
        ...(onEvent && { onEvent }),
      }),
    subscribe(event, handler) {
      provider.on?.(event, handler);
      return () => void provider.off?.(event, handler);
    },
  };
};
