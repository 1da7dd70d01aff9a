import { browser } from "wxt/browser";
import { PopupScreen } from "../../src/ui/popup-screen";
import { vaultOf } from "../../src/ui/vault-of";
import { unlockByPasskey } from "../../src/vault/unlock-by-passkey";
import { connectWorker } from "../../src/wire/connect-worker";
import { favourites } from "../../src/wire/favourites";
import { showScreen } from "../../src/wire/show-screen";
import { extensionUrl } from "../../src/worker/extension-url";

/** The tab this popup belongs to. Opened in a tab of its own it is `?tab=`, or the one that was looked at before. */
async function tabId(): Promise<number | null> {
  const given = new URLSearchParams(location.search).get("tab");
  if (given !== null) return Number(given);
  const own = await browser.tabs.getCurrent();
  if (own === undefined) return (await browser.tabs.query({ active: true, currentWindow: true }))[0]?.id ?? null;
  const others = (await browser.tabs.query({ currentWindow: true })).filter(({ id }) => id !== own.id);
  const [last] = others.sort((a, b) => (b.lastAccessed ?? 0) - (a.lastAccessed ?? 0));
  return last?.id ?? null;
}

/** A popup goes as soon as the browser asks the person for their passkey: the options page stays. */
const byPasskey: typeof unlockByPasskey = async (...how) => {
  if ((await browser.tabs.getCurrent()) !== undefined) return unlockByPasskey(...how);
  await browser.tabs.create({ url: extensionUrl("options.html#keys") });
  window.close();
  return null;
};

const { api, watch } = connectWorker();

await showScreen("extName", () => (
  <PopupScreen
    source={{
      ...pick(),
      snapshot: async () => api.snapshot(await tabId()),
      favourites: favourites.read,
      setFavourites: favourites.write,
      vaultDoor: vaultOf(api, byPasskey),
      openSettings: () => void browser.runtime.openOptionsPage(),
      watch,
    }}
  />
));

function pick() {
  const { account, setModel, models, grants, putGrant, deleteGrant, generations, stop, connect, setPaused } = api;
  return { account, setModel, models, grants, putGrant, deleteGrant, generations, stop, connect, setPaused };
}
