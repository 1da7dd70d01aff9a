import { ExtensionMissing } from "../errors/ExtensionMissing.js";
import type { Connect } from "../Transport.js";
import { discoverProvider } from "./discoverProvider.js";
import { through } from "./through.js";

/**
 * Reach Satchel through the browser extension, or, where that is not there, through another that announces itself and speaks as it does.
 *
 * @throws ExtensionMissing when nothing answers within the client's timeout.
 */
export const injected: Connect = async ({ timeoutMs }) => {
  const provider = await discoverProvider(timeoutMs);
  if (!provider) throw new ExtensionMissing(timeoutMs);
  return through(provider);
};
