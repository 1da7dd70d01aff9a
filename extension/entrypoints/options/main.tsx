import { render } from "preact";
import { FirstRunScreen } from "../../src/ui/first-run-screen";
import { connectWorker } from "../../src/wire/connect-worker";
import { favourites } from "../../src/wire/favourites";

const { api } = connectWorker();

async function show(): Promise<void> {
  const { connection } = await api.snapshot(null);
  const { models, setModel, setBackend, connect, disconnect } = api;
  const calls = { models, setModel, setBackend, connect, disconnect };
  const stores = { favourites: favourites.read, setFavourites: favourites.write };
  const source = { ...calls, ...stores, snapshot: () => api.snapshot(null) };
  render(
    <FirstRunScreen source={source} again={connection === "connected"} />,
    document.getElementById("app") as HTMLElement,
  );
}

void show();
