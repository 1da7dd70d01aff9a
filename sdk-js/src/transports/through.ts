import type { Transport } from "../Transport.js";
import type { InjectedProvider } from "./InjectedProvider.js";

/** Carry requests and events through an extension's injected client. */
export function through(provider: InjectedProvider): Transport {
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
}
