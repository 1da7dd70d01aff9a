import { render } from "preact";
import { dressScreen } from "../../src/ui/dress-screen";
import { TroubleScreen } from "../../src/ui/trouble-screen";
import { vaultOf } from "../../src/ui/vault-of";
import { unlockByPasskey } from "../../src/vault/unlock-by-passkey";
import { connectWorker } from "../../src/wire/connect-worker";
import { loadMessages } from "../../src/wire/load-messages";
import { preferences } from "../../src/wire/preferences";

const id = new URLSearchParams(location.search).get("id") ?? "";
const { api } = connectWorker();
const { providers, keys, addKey, renewKey, checkKey } = api;

await dressScreen(await preferences.read(), "trouble_bar", loadMessages);
render(
  <TroubleScreen
    source={{
      ...{ providers, keys, addKey, renewKey, checkKey },
      vaultDoor: vaultOf(api, unlockByPasskey),
      trouble: () => api.trouble(id),
      decide: (isRight) => api.decideTrouble(id, isRight),
      close: () => window.close(),
    }}
  />,
  document.getElementById("app") as HTMLElement,
);
