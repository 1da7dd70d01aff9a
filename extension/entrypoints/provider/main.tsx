import { render } from "preact";
import { dressScreen } from "../../src/ui/dress-screen";
import { ProviderScreen } from "../../src/ui/provider-screen";
import { connectWorker } from "../../src/wire/connect-worker";
import { favourites } from "../../src/wire/favourites";
import { loadMessages } from "../../src/wire/load-messages";
import { preferences } from "../../src/wire/preferences";

const id = new URLSearchParams(location.search).get("id") ?? "";
const { api } = connectWorker();

await dressScreen(await preferences.read(), "consent_bar", loadMessages);
render(
  <ProviderScreen
    source={{
      change: () => api.change(id),
      models: () => api.models(),
      favourites: favourites.read,
      setFavourites: favourites.write,
      accept: (model) => api.acceptChange(id, model),
      refuse: () => api.refuseChange(id),
      close: () => window.close(),
    }}
  />,
  document.getElementById("app") as HTMLElement,
);
