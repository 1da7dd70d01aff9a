import { TroubleScreen } from "../../src/ui/trouble-screen";
import { vaultOf } from "../../src/ui/vault-of";
import { unlockByPasskey } from "../../src/vault/unlock-by-passkey";
import { connectWorker } from "../../src/wire/connect-worker";
import { showScreen } from "../../src/wire/show-screen";

const id = new URLSearchParams(location.search).get("id") ?? "";
const { api } = connectWorker();
const { providers, keys, addKey, renewKey, checkKey } = api;

await showScreen("trouble_bar", () => (
  <TroubleScreen
    source={{
      ...{ providers, keys, addKey, renewKey, checkKey },
      vaultDoor: vaultOf(api, unlockByPasskey),
      trouble: () => api.trouble(id),
      decide: (isRight) => api.decideTrouble(id, isRight),
      close: () => window.close(),
    }}
  />
));
