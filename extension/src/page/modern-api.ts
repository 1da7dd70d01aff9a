import { Client } from "../../../sdk-js/src/Client";
import { satchelFetch } from "../../../sdk-js/src/openai/satchelFetch";
import type { Provider } from "./provider";

interface AskOptions {
  reason?: string;
  signal?: AbortSignal;
}

interface ModelOptions {
  model?: string;
  signal?: AbortSignal;
  [wish: string]: unknown;
}

/**
 * What pages of today call: the same client as in the npm package, over the private port. All members work unbound.
 * Source of the shapes: docs/reference/page-protocol.md, "The modern calls".
 */
export function modernApi(provider: Provider): Record<string, unknown> {
  const client = new Client({
    request: ({ method, params, signal, onEvent }) =>
      provider.request({ method, params }, { ...(signal && { signal }), ...(onEvent && { onEvent }) }),
    subscribe: (event, handler) => {
      provider.on(event, handler);
      return () => provider.off(event, handler);
    },
  });
  const chat: Client["chat"] = (input, options) => client.chat(input, options);
  const ask = (method: string, params?: object, signal?: AbortSignal) =>
    provider.request({ method, params }, signal === undefined ? {} : { signal });
  return {
    chat,
    fetch: satchelFetch({ client }),
    embed: (input: string | readonly string[], { signal, ...options }: ModelOptions = {}) =>
      ask("ai_embed", { ...options, input }, signal),
    generateImage: (prompt: string, { signal, ...options }: ModelOptions = {}) =>
      ask("ai_generateImage", { ...options, prompt }, signal),
    listModels: (options?: { signal?: AbortSignal }) => client.listModels(options ?? {}),
    requestPermissions: (permissions: object = {}, { reason, signal }: AskOptions = {}) =>
      ask("ai_requestPermissions", { permissions, reason }, signal),
    getPermissions: () => ask("ai_getPermissions"),
    revokePermissions: () => ask("ai_revokePermissions"),
  };
}
