import { browser } from "wxt/browser";
import { directAccess } from "../direct/direct-access";
import { browserKeyValue } from "./browser-key-value";
import { browserProofKey } from "./browser-proof-key";
import { browserSealedBox } from "./browser-sealed-box";
import { Session } from "./session";
import { Settings } from "./settings";
import { SignIn } from "./sign-in";

const fetchNow: typeof fetch = (input, init) => fetch(input, init);

/** Everything that speaks to the person's Satchel over HTTP: where it is, the sign-in there, and its doors; and what that is kept in. */
export function accountAccess() {
  const memory = browserKeyValue(() => browser.storage.session);
  const local = browserKeyValue(() => browser.storage.local);
  const settings = new Settings(local);
  const key = browserProofKey;
  const session = new Session({ local, session: memory, box: browserSealedBox, key, settings, fetch: fetchNow });
  const signIn = new SignIn({
    session,
    key,
    settings,
    fetch: fetchNow,
    authorize: async (url) => (await browser.identity.launchWebAuthFlow({ url, interactive: true })) ?? "",
    redirectUri: () => browser.identity.getRedirectURL(),
  });
  const { backend, old, ...direct } = directAccess({ settings, session, local, memory, fetch: fetchNow });
  return { settings, session, signIn, backend, direct, old, local, memory };
}
