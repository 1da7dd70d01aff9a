import { browser } from "wxt/browser";
import { SidePanelScreen } from "../../src/ui/side-panel-screen";
import { connectWorker } from "../../src/wire/connect-worker";
import { favourites } from "../../src/wire/favourites";
import { selection } from "../../src/wire/selection";
import { showScreen } from "../../src/wire/show-screen";

const { api, ask } = connectWorker();

await showScreen("chat_title", () => (
  <SidePanelScreen
    source={{
      snapshot: () => api.snapshot(null),
      account: () => api.account(),
      models: () => api.models(),
      connect: () => api.connect(),
      favourites: favourites.read,
      setFavourites: favourites.write,
      ask,
      watchSelection: selection.watch,
      clearSelection: selection.clear,
      openSettings: () => void browser.runtime.openOptionsPage(),
    }}
  />
));
