import { browser } from "wxt/browser";
import { fetchOwnModel, ownModelState } from "../../src/direct/fetch-own-model";
import { localHosts } from "../../src/direct/local-hosts";
import { ownLanguageModel } from "../../src/direct/own-language-model";
import { pageMatches } from "../../src/page/page-matches";
import { OptionsScreen } from "../../src/ui/options-screen";
import type { OptionsSource } from "../../src/ui/options-source";
import { t } from "../../src/ui/t";
import { vaultOf } from "../../src/ui/vault-of";
import { unlockByPasskey } from "../../src/vault/unlock-by-passkey";
import { connectWorker } from "../../src/wire/connect-worker";
import { favourites } from "../../src/wire/favourites";
import { preferences } from "../../src/wire/preferences";
import { showScreen } from "../../src/wire/show-screen";
import { siteBuiltIn } from "../../src/wire/site-built-in";

const { api, ask } = connectWorker();
const { account, models, everyModel, setModel, setBackend, setPaused, connect, disconnect, stop } = api;
const { grants, putGrant, deleteGrant, generations, generationPage, cancelGeneration } = api;
const { keepActivity, keepHistory, forgetGeneration, forgetGenerations, localServers, setLocalServer } = api;
const { providers, keys, addKey, renewKey, checkKey, deleteKey } = api;

const source: OptionsSource = {
  ...{ account, models, everyModel, setModel, setBackend, setPaused, connect, disconnect, stop },
  ...{ grants, putGrant, deleteGrant, generations, generationPage, cancelGeneration },
  ...{ keepActivity, keepHistory, forgetGeneration, forgetGenerations, localServers, setLocalServer },
  ...{ providers, keys, addKey, renewKey, checkKey, deleteKey },
  ask,
  vaultDoor: vaultOf(api, unlockByPasskey),
  snapshot: () => api.snapshot(null),
  favourites: favourites.read,
  setFavourites: favourites.write,
  maySeeLocal: () => browser.permissions.contains({ origins: [...localHosts] }),
  askForLocal: () => browser.permissions.request({ origins: [...localHosts] }),
  browserModel: () => ownModelState(ownLanguageModel()),
  fetchBrowserModel: (heard) => fetchOwnModel(ownLanguageModel(), heard),
  preferences: preferences.read,
  setPreferences: async (change) => {
    if ((change.languageModel ?? "when missing") !== "when missing") await askForScripts([...pageMatches]);
    if (change.browserModel) await askForOffscreen();
    await preferences.write(change);
  },
  siteBuiltIn: siteBuiltIn.read,
  setSiteBuiltIn: async (origin, choice) => {
    const { protocol, hostname } = new URL(origin);
    if (choice !== null) await askForScripts([`${protocol}//${hostname}/*`]);
    await siteBuiltIn.write(origin, choice);
  },
};

/** A choice other than the default is a script that the browser must let us register there; it asks the person itself. */
async function askForScripts(origins: string[]): Promise<void> {
  const given = await browser.permissions.request({ permissions: ["scripting"], origins });
  if (!given) throw new Error(t("settings_promptApi_denied"));
}

/** The browser's own model answers from a page that nobody sees; the browser has to let us open such a one. */
async function askForOffscreen(): Promise<void> {
  const given = await browser.permissions.request({ permissions: ["offscreen"] });
  if (!given) throw new Error(t("browserModel_denied"));
}

void showScreen("options_title", () => <OptionsScreen source={source} />);
