import { browser } from "wxt/browser";
import { browserDeviceSecret } from "../vault/browser-device-secret";
import type { ServerFrame } from "../wire/server-frame";
import { accountAccess } from "./account-access";
import { browserName } from "./browser-name";
import { browserSurface } from "./browser-surface";
import { BudgetWatch } from "./budget-watch";
import { BuiltInScripts } from "./built-in-scripts";
import { Consent } from "./consent";
import { DeviceUnlock } from "./device-unlock";
import { Generations } from "./generations";
import { Link } from "./link";
import { ownOrigin } from "./own-origin";
import { Pace } from "./pace";
import { ProviderChanges } from "./provider-changes";
import { RunRecords } from "./run-records";
import { siteAccess } from "./site-access";
import { SiteGrants } from "./site-grants";
import { speakChosen } from "./speak-chosen";
import { spentNotice } from "./spent-notice";
import { StartLock } from "./start-lock";
import { Subscribers } from "./subscribers";
import { Toolbar } from "./toolbar";
import { TopOrigins } from "./top-origins";
import { Troubles } from "./troubles";
import { UiService } from "./ui-service";

type Push = Extract<ServerFrame, { type: "event" }>;

/** A request may cost three frames (asked, asked again with another model, stopped); the backend takes 120 at once, then 20/s. */
const BURST = 15;
const EVERY_MS = 200;

interface Told {
  /** A screen or the button should look again. */
  changed(): void;
  /** A question waits for its answer. */
  asking(): void;
}

/** Plugs everything of the worker together. */
export function assemble({ changed, asking }: Told) {
  const access = accountAccess();
  const { settings, session, backend, direct, local, memory } = access;
  const tops = new TopOrigins(browser.tabs);
  const grants = new SiteGrants(backend);
  const subscribers = new Subscribers(memory, browser.tabs, grants, (origin) => generations.heed(origin));
  const toolbar = new Toolbar(settings, session, browser.action, speakChosen);
  const waiting = (count: number) => void toolbar.waiting(count);
  const consent = new Consent({ session: memory, surface: browserSurface("consent"), backend, waiting, asking });
  const device = new DeviceUnlock({ local, backend, secretOf: browserDeviceSecret, label: browserName });
  const startLock = new StartLock({ memory, settings, session, backend });
  const changes = new ProviderChanges({ backend, settings, surface: browserSurface("provider"), session: memory });
  const asks = { changes, consent, troubles: new Troubles(browserSurface("trouble"), () => device.now()) };
  const link = new Link({
    open: (url, protocol) => new WebSocket(url, protocol),
    backend: () => settings.backend(),
    hello: (path, fresh) => startLock.ready().then(() => session.hello(path, fresh)),
    client: { name: "satchel-extension", version: browser.runtime.getManifest().version },
    onFrame: (frame) => (frame.type === "event" ? tell(frame) : generations.frame(frame)),
    onDown: () => void generations.revive(),
  });
  const allowedModel: typeof grants.firstAllowed = (caller) => grants.firstAllowed(caller);
  const paced = { records: new RunRecords(memory), pace: new Pace(BURST, EVERY_MS) };
  const watch = new BudgetWatch({ backend, local, wanted: () => settings.nearlySpent(), tell: spentNotice.show });
  const own = ownOrigin();
  const ended = (origin: string) => void (origin === own || watch.ended(origin));
  const heart = { ...paced, ...asks, direct: direct.parts, link, allowedModel, own, changed, ended };
  const generations: Generations = new Generations(heart);
  const site = { ...access, ...asks, servers: direct.servers, device, grants, subscribers, tops, changed };
  const page = { ...siteAccess({ ...site, memory }), changes, consent, generations, session: memory, settings };
  const { choices, permissions } = page;
  const service = new UiService({ ...site, choices, generations, link, memory, permissions });
  function tell(push: Push): void {
    if (push.event === "model_changed") void subscribers.modelChanged();
    if (push.event === "grants_changed") void subscribers.permissionsChanged(String(push.data["origin"]));
    changed();
  }
  const told = { builtIn: new BuiltInScripts(settings), native: direct.native, expire: direct.expire };
  return { ...told, ...asks, choices, generations, page, service, startLock, toolbar, tops };
}
