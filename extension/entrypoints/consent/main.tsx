import { ConsentScreen } from "../../src/ui/consent-screen";
import { connectWorker } from "../../src/wire/connect-worker";
import { favourites } from "../../src/wire/favourites";
import { showScreen } from "../../src/wire/show-screen";

const id = new URLSearchParams(location.search).get("id") ?? "";
const { api, watch } = connectWorker();

await showScreen("consent_bar", () => (
  <ConsentScreen
    source={{
      question: () => api.question(id),
      asked: () => api.asked(id),
      account: () => api.account(),
      models: () => api.models(),
      favourites: favourites.read,
      setFavourites: favourites.write,
      decide: (decision) => api.decide(id, decision),
      watch,
      close: () => window.close(),
    }}
  />
));
