import { oauth } from "../auth/oauth.js";
import { toCredentials } from "../auth/toCredentials.js";
import { ServerApi } from "../server/ServerApi.js";
import type { Connect } from "../Transport.js";
import type { ServerOptions } from "../transports/http.js";
import { Runs } from "./Runs.js";

/**
 * Reach a Satchel server by one websocket: many generations at a time, taken up where they were when the connection was lost.
 *
 * The server must allow the page's origin (`SATCHEL_ALLOWED_ORIGINS`). Connecting only looks whether the server is there; the first
 * call signs in, so make it after a click.
 */
export function socket({ server, credentials }: ServerOptions): Connect {
  const api = new ServerApi(server, toCredentials(credentials ?? oauth({ server })));
  const runs = new Runs(api.url, api.credentials);
  return async ({ timeoutMs }) => {
    await api.reach(timeoutMs);
    api.credentials.onChange?.(() => runs.hearers.tell("permissionsChanged", {}));
    return runs.hearers.transport((call) => (call.method === "ai_generate" ? runs.generate(call) : api.ask(call)));
  };
}
