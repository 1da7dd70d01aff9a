import { render } from "preact";
import { dressScreen } from "../../src/ui/dress-screen";
import { OptionsScreen } from "../../src/ui/options-screen";
import type { OptionsSource } from "../../src/ui/options-source";
import { connectWorker } from "../../src/wire/connect-worker";
import { favourites } from "../../src/wire/favourites";
import { loadMessages } from "../../src/wire/load-messages";
import { preferences } from "../../src/wire/preferences";

const { api } = connectWorker();
const { account, models, setModel, setBackend, setPaused, connect, disconnect, stop } = api;
const { grants, putGrant, deleteGrant, generations, generationPage, cancelGeneration } = api;
const { providers, keys, addKey, renewKey, checkKey, deleteKey } = api;

const source: OptionsSource = {
  ...{ account, models, setModel, setBackend, setPaused, connect, disconnect, stop },
  ...{ grants, putGrant, deleteGrant, generations, generationPage, cancelGeneration },
  ...{ providers, keys, addKey, renewKey, checkKey, deleteKey },
  snapshot: () => api.snapshot(null),
  favourites: favourites.read,
  setFavourites: favourites.write,
  preferences: preferences.read,
  setPreferences: async (change) => {
    await preferences.write(change);
    await show();
  },
};

/** Draws everything; again in another language. */
async function show(): Promise<void> {
  await dressScreen(await preferences.read(), "options_title", loadMessages);
  render(
    <OptionsScreen key={document.documentElement.lang} source={source} />,
    document.getElementById("app") as HTMLElement,
  );
}

void show();
