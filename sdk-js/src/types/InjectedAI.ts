import type { Client, ClientEvents, Permissions } from "../Client.js";
import type { LanguageModelStatic } from "../polyfill/LanguageModel.js";
import type { InjectedProvider } from "../transports/InjectedProvider.js";

/** What the extension puts on a page as `window.ai`, but for the calls of 2023, which `satchel/legacy` declares. Every method works unbound. */
export interface InjectedAI
  extends InjectedProvider,
    Pick<
      Client,
      | "chat"
      | "embed"
      | "generateImage"
      | "speak"
      | "transcribe"
      | "listModels"
      | "requestPermissions"
      | "permissions"
      | "chooseModel"
    > {
  /** Answer OpenAI's requests with the visitor's own models: `new OpenAI({ fetch: window.ai.fetch, apiKey: "none", dangerouslyAllowBrowser: true })`. */
  fetch: typeof fetch;
  /** Tell whether this page may use models. Asks nobody. */
  getPermissions(): Promise<Permissions>;
  /** Give the page's own consent back. */
  revokePermissions(): Promise<Permissions>;
  /** Listen to an event, until `off` is called with the same two. */
  on<E extends keyof ClientEvents>(event: E, handler: (data: ClientEvents[E]) => void): void;
  off<E extends keyof ClientEvents>(event: E, handler: (data: ClientEvents[E]) => void): void;
  /** `LanguageModel`, where that is Satchel's. */
  languageModel?: LanguageModelStatic;
}
