import { Client } from "../../../sdk-js/src/Client";
import { satchelFetch } from "../../../sdk-js/src/openai/satchelFetch";
import { bare } from "./bare";
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
    request: (call) => {
      const { method, params, signal, onEvent } = bare(call);
      return provider.request({ method, params }, { ...(signal && { signal }), ...(onEvent && { onEvent }) });
    },
    subscribe: (event, handler) => {
      provider.on(event, handler);
      return () => provider.off(event, handler);
    },
  });
  const chat: Client["chat"] = (input, options = {}) => client.chat(input, bare(options));
  const ask = (method: string, params?: object, signal?: AbortSignal) =>
    provider.request({ method, params }, signal === undefined ? {} : { signal });
  const askModel = (method: string, params: object, given: ModelOptions) => {
    const { signal, ...options } = bare(given);
    return ask(method, { ...options, ...params }, signal);
  };
  return {
    chat,
    fetch: satchelFetch({ client }),
    embed: (input: string | readonly string[], given: ModelOptions = {}) => askModel("ai_embed", { input }, given),
    generateImage: (prompt: string, given: ModelOptions = {}) => askModel("ai_generateImage", { prompt }, given),
    speak: (input: string, given: ModelOptions = {}) => askModel("ai_speak", { input }, given),
    transcribe: (file: Blob | string, given: ModelOptions = {}) => askModel("ai_transcribe", { file }, given),
    listModels: (options: { signal?: AbortSignal } = {}) => client.listModels(bare(options)),
    requestPermissions: (permissions: object = {}, options: AskOptions = {}) => {
      const { reason, signal } = bare(options);
      return ask("ai_requestPermissions", { permissions, reason }, signal);
    },
    getPermissions: () => ask("ai_getPermissions"),
    revokePermissions: () => ask("ai_revokePermissions"),
    permissions: client.permissions,
    chooseModel: (options: AskOptions = {}) => client.chooseModel(bare(options)),
  };
}
