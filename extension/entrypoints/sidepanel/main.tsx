import { render } from "preact";
import { browser } from "wxt/browser";
import { dressScreen } from "../../src/ui/dress-screen";
import { SidePanelScreen } from "../../src/ui/side-panel-screen";
import { connectWorker } from "../../src/wire/connect-worker";
import { favourites } from "../../src/wire/favourites";
import { loadMessages } from "../../src/wire/load-messages";
import { preferences } from "../../src/wire/preferences";
import { selection } from "../../src/wire/selection";

const { api, ask } = connectWorker();

await dressScreen(await preferences.read(), "chat_title", loadMessages);
render(
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
  />,
  document.getElementById("app") as HTMLElement,
);
