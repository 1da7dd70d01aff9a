import { type Browser, browser } from "wxt/browser";
import { NATIVE_PORT } from "../direct/native-message";
import { isRecord } from "../wire/is-record";
import { assemble } from "./assemble";
import { extensionUrl } from "./extension-url";
import { PagePort } from "./page-port";
import { Screens } from "./screens";
import { selectionMenu } from "./selection-menu";
import { spentNotice } from "./spent-notice";
import { Sweeps } from "./sweeps";

const TELL_EVERY_MS = 250;

/**
 * Registers every listener in the first turn, as a worker that is started for one event must. What it keeps in
 * variables (ports, the socket, timers) dies with it and is found again; what matters is in `storage`.
 */
export function startWorker(): void {
  let telling: ReturnType<typeof setTimeout> | null = null;
  const changed = () => {
    if (telling !== null) return;
    telling = setTimeout(() => {
      telling = null;
      void worker.toolbar.draw();
      if (worker.generations.live().length > 0) sweeps.needed();
      screens.changed();
    }, TELL_EVERY_MS);
  };
  const worker = assemble({ changed, asking: () => sweeps.needed() });
  const sweeps = new Sweeps(browser.alarms, async () => {
    const [isAsking] = await Promise.all([worker.consent.sweep(), worker.generations.sweep()]);
    return isAsking || worker.generations.live().length > 0;
  });
  const screens = new Screens(worker.service, worker.generations);

  browser.runtime.onConnect.addListener((port) => {
    if (port.name === "page") new PagePort(port, worker.page);
    else if (port.name === "ui" && isOurs(port.sender)) screens.add(port);
    else if (port.name === NATIVE_PORT && isOurs(port.sender)) worker.native.adopt(port);
    else port.disconnect();
  });
  browser.runtime.onMessage.addListener((message: unknown, sender) => {
    if (isRecord(message) && message["type"] === "here") worker.tops.heard(sender);
  });
  heedClosing(worker);
  lockAtStart(worker.startLock);
  heedLanguage(worker);
  welcome();
  worker.builtIn.listen();
  selectionMenu.listen();
  spentNotice.listen();
  browser.alarms.onAlarm.addListener(({ name }) => void sweeps.heard(name));
  keepStorageFromPages();
  void sweeps.run();
  void worker.expire().catch(() => undefined); // what is too old goes at the next start then
  void worker.toolbar.draw();
}

/** Opens the first-run page once in this profile: an unpacked extension counts as installed anew at every start. */
function welcome(): void {
  browser.runtime.onInstalled.addListener(({ reason }) => {
    if (reason === "install") void openFirstRun().catch(() => undefined); // the popup leads there too
  });
}

async function openFirstRun(): Promise<void> {
  const { welcomed } = await browser.storage.local.get("welcomed");
  if (welcomed === true) return;
  await browser.storage.local.set({ welcomed: true });
  await browser.tabs.create({ url: extensionUrl("options.html") });
}

/** Whoever closes one of our questions says no to it. */
function heedClosing({
  changes,
  choices,
  consent,
  troubles,
}: Pick<ReturnType<typeof assemble>, "changes" | "choices" | "consent" | "troubles">): void {
  const closed = (kind: "window" | "tab", id: number) => {
    void consent.closed(kind, id);
    troubles.closed(kind, id);
    changes.closed(kind, id);
    choices.closed(kind, id);
  };
  browser.windows?.onRemoved.addListener((id) => closed("window", id));
  browser.tabs.onRemoved.addListener((id) => closed("tab", id));
}

/** The button says its title in another language as soon as one is chosen. */
function heedLanguage({ toolbar }: Pick<ReturnType<typeof assemble>, "toolbar">): void {
  browser.storage.local.onChanged.addListener((changes) => {
    if ("language" in changes) void toolbar.draw();
  });
}

/** Hearing of the browser's start has this worker started then; whoever starts it for another reason locks as well. */
function lockAtStart(startLock: ReturnType<typeof assemble>["startLock"]): void {
  const lock = () => void startLock.ready().catch(() => undefined); // the next who asks tries again
  browser.runtime.onStartup.addListener(lock);
  lock();
}

/** Where the browser can: what lies in `storage.local` is for our own pages and this worker, not for content scripts. */
function keepStorageFromPages(): void {
  void browser.storage.local.setAccessLevel?.({ accessLevel: "TRUSTED_CONTEXTS" }).catch(() => undefined);
}

/** Only our own pages may use the screens' port: told by the address the browser gives for the sender. */
function isOurs(sender: Browser.runtime.MessageSender | undefined): boolean {
  return sender?.id === browser.runtime.id && sender.url?.startsWith(extensionUrl("")) === true;
}
