import { Client } from "./Client.js";
import type { Connect } from "./Transport.js";
import { injected } from "./transports/injected.js";

/** What `createClient` takes. */
export interface CreateClientOptions {
  /** How to reach Satchel; the browser extension by default. */
  transport?: Connect | undefined;
  /** How long to look for it, in milliseconds; 2400 by default. */
  timeoutMs?: number | undefined;
}

/**
 * Connect to the visitor's Satchel. Opens no window and asks nothing; `chat` does.
 *
 * @throws ExtensionMissing (code 4900) when nothing answers in time, or where there is no window.
 */
export async function createClient(options: CreateClientOptions = {}): Promise<Client> {
  const connect = options.transport ?? injected;
  return new Client(await connect({ timeoutMs: options.timeoutMs ?? 2400 }));
}
