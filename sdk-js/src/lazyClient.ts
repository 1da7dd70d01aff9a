import type { Client } from "./Client.js";
import { createClient } from "./createClient.js";
import type { Connect } from "./Transport.js";

/** What the faces of other SDKs stand on: a client that is there, or how to reach one; the extension by default. */
export interface ClientSource {
  client?: Client | Promise<Client> | undefined;
  transport?: Connect | undefined;
}

/** Return what gets the client: connected when first asked for, and again after a failure. */
export function lazyClient({ client, transport }: ClientSource): () => Promise<Client> {
  let connected = client === undefined ? undefined : Promise.resolve(client);
  return () => {
    connected ??= createClient({ transport });
    connected.catch(() => {
      if (client === undefined) connected = undefined;
    });
    return connected;
  };
}
