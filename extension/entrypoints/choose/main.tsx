import { ChooseScreen } from "../../src/ui/choose-screen";
import { connectWorker } from "../../src/wire/connect-worker";
import { favourites } from "../../src/wire/favourites";
import { showScreen } from "../../src/wire/show-screen";

const id = new URLSearchParams(location.search).get("id") ?? "";
const { api } = connectWorker();

await showScreen("consent_bar", () => (
  <ChooseScreen
    source={{
      choice: () => api.choice(id),
      models: () => api.models(),
      favourites: favourites.read,
      setFavourites: favourites.write,
      choose: (model) => api.choose(id, model),
      refuse: () => api.refuseChoice(id),
      close: () => window.close(),
    }}
  />
));
