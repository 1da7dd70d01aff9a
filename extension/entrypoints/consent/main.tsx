import { render } from "preact";
import { ConsentScreen } from "../../src/ui/consent-screen";
import { dressScreen } from "../../src/ui/dress-screen";
import { connectWorker } from "../../src/wire/connect-worker";
import { favourites } from "../../src/wire/favourites";
import { loadMessages } from "../../src/wire/load-messages";
import { preferences } from "../../src/wire/preferences";

const id = new URLSearchParams(location.search).get("id") ?? "";
const { api, watch } = connectWorker();

await dressScreen(await preferences.read(), "consent_bar", loadMessages);
render(
  <ConsentScreen
    source={{
      question: () => api.question(id),
      asked: () => api.asked(id),
      account: () => api.account(),
      models: () => api.models(),
      favourites: favourites.read,
      setFavourites: favourites.write,
      decide: (decision) => api.decide(id, decision),
      watch: (listener) => watch(() => listener()),
      close: () => window.close(),
    }}
  />,
  document.getElementById("app") as HTMLElement,
);
