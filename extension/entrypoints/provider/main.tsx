import { ProviderScreen } from "../../src/ui/provider-screen";
import { connectWorker } from "../../src/wire/connect-worker";
import { favourites } from "../../src/wire/favourites";
import { showScreen } from "../../src/wire/show-screen";

const id = new URLSearchParams(location.search).get("id") ?? "";
const { api } = connectWorker();

await showScreen("consent_bar", () => (
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
  />
));
