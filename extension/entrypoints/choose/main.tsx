import { render } from "preact";
import { ChooseScreen } from "../../src/ui/choose-screen";
import { dressScreen } from "../../src/ui/dress-screen";
import { connectWorker } from "../../src/wire/connect-worker";
import { favourites } from "../../src/wire/favourites";
import { loadMessages } from "../../src/wire/load-messages";
import { preferences } from "../../src/wire/preferences";

const id = new URLSearchParams(location.search).get("id") ?? "";
const { api } = connectWorker();

await dressScreen(await preferences.read(), "consent_bar", loadMessages);
render(
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
  />,
  document.getElementById("app") as HTMLElement,
);
