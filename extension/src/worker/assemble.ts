import { browser } from "wxt/browser";
import { Backend } from "./backend";
import { browserConsentSurface } from "./browser-consent-surface";
import { browserKeyValue } from "./browser-key-value";
import { browserSealedBox } from "./browser-sealed-box";
import { Callers } from "./callers";
import { Consent } from "./consent";
import { Generations } from "./generations";
import { Link } from "./link";
import { RunRecords } from "./run-records";
import { Session } from "./session";
import { Settings } from "./settings";
import { SignIn } from "./sign-in";
import { SiteGrants } from "./site-grants";
import { Subscribers } from "./subscribers";
import { Toolbar } from "./toolbar";
import { TopOrigins } from "./top-origins";
import { UiService } from "./ui-service";

const fetchNow: typeof fetch = (input, init) => fetch(input, init);

/** Plugs everything of the worker together. `changed` is called whenever a screen or the button should look again. */
export function assemble(changed: () => void) {
  const local = browserKeyValue(() => browser.storage.local);
  const memory = browserKeyValue(() => browser.storage.session);
  const settings = new Settings(local);
  const session = new Session({ local, session: memory, box: browserSealedBox, settings, fetch: fetchNow });
  const backend = new Backend(settings, session, fetchNow);
  const tops = new TopOrigins(browser.tabs);
  const grants = new SiteGrants(backend);
  const subscribers = new Subscribers(memory, browser.tabs, grants);
  const toolbar = new Toolbar(settings, session);
  const waiting = (count: number) => void toolbar.waiting(count);
  const consent = new Consent({ session: memory, surface: browserConsentSurface, backend, waiting });
  const link = new Link({
    open: (url, protocol) => new WebSocket(url, protocol),
    backend: () => settings.backend(),
    token: () => session.accessToken(),
    freshToken: () => session.refresh(),
    client: { name: "satchel-extension", version: browser.runtime.getManifest().version },
    onFrame: (frame) => {
      if (frame.type !== "event") generations.frame(frame);
      else if (frame.event === "model_changed") void subscribers.modelChanged();
      else if (frame.event === "grants_changed") void subscribers.permissionsChanged(String(frame.data["origin"]));
    },
    onDown: () => void generations.revive(),
  });
  const allowedModel: typeof grants.firstAllowed = (caller) => grants.firstAllowed(caller);
  const generations: Generations = new Generations({
    records: new RunRecords(memory), consent, link, allowedModel, changed,
  });
  const signIn = new SignIn({
    session,
    settings,
    fetch: fetchNow,
    authorize: async (url) => (await browser.identity.launchWebAuthFlow({ url, interactive: true })) ?? "",
    redirectUri: () => browser.identity.getRedirectURL(),
  });
  const service = new UiService({
    backend, consent, generations, link, session, signIn, settings, memory, subscribers, tops, changed,
  });
  const page = { callers: new Callers(tops), consent, generations, grants, session: memory, settings, subscribers };
  return { consent, generations, page, service, toolbar, tops };
}
