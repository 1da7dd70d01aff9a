import { browser } from "wxt/browser";
import type { ActivityDays } from "../wire/activity-days";
import { Backend } from "../worker/backend";
import type { KeyValue } from "../worker/key-value";
import type { Session } from "../worker/session";
import type { Settings } from "../worker/settings";
import { SiteGrants } from "../worker/site-grants";
import { BackendWithDirect } from "./backend-with-direct";
import { BrowserModel } from "./browser-model";
import { DirectActivity } from "./direct-activity";
import { DirectOnce } from "./direct-once";
import { DirectRoutes } from "./direct-routes";
import { localHosts } from "./local-hosts";
import { LocalServers } from "./local-servers";
import { OffscreenModel } from "./offscreen-model";
import { OldHistory } from "./old-history";
import { SiteRate } from "./site-rate";
import { stayAwake } from "./stay-awake";

interface Dependencies {
  settings: Settings;
  session: Session;
  local: KeyValue;
  memory: KeyValue;
  fetch: typeof globalThis.fetch;
}

/** Everything that is asked past the backend, and the backend with that laid over it. */
export function directAccess({ settings, session, local, memory, fetch }: Dependencies) {
  const mayAsk = async () => (await settings.direct()) && (await mayAskThem());
  const servers = new LocalServers({ fetch, isOn: mayAsk, own: () => settings.directServer() });
  const native = new OffscreenModel();
  const plain = new Backend(settings, session, fetch);
  const routes = new DirectRoutes({
    sources: [servers, new BrowserModel(native, () => settings.browserModel())],
    preferred: () => settings.directModel(),
    isListed: async (id) => (await plain.models()).some((model) => model.id === id),
  });
  const activity = new DirectActivity(local, () => settings.activityDays());
  const old = new OldHistory(() => settings.keepOldDays());
  const prefer = (model: string | null) => settings.setDirectModel(model);
  const keepFor = async (days: ActivityDays) => {
    if (days === (await settings.activityDays())) return;
    await settings.setActivityDays(days);
    await activity.expire();
  };
  const laid = { routes, records: [activity, old], prefer, keepFor };
  const backend = new BackendWithDirect(laid, settings, session, fetch);
  const grants = new SiteGrants(backend);
  const grant: typeof grants.grant = (caller) => grants.grant(caller);
  const record: typeof grants.record = (caller) => grants.record(caller);
  const preferred = async () => (await plain.account()).preferred_model;
  const kept = { activity, once: new DirectOnce(memory), rate: new SiteRate(memory) };
  const expire = () => Promise.all([activity.expire(), old.expire()]);
  return { backend, servers, native, old, expire, parts: { routes, grant, record, preferred, ...kept, stayAwake } };
}

function mayAskThem(): Promise<boolean> {
  return browser.permissions.contains({ origins: [...localHosts] });
}
