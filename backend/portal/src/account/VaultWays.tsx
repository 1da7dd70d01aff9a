import { Icon } from "@ui/icon";
import type { VaultDoors } from "@vault/vault-door";
import type { VaultState, VaultWrap } from "@wire/vault-state";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { formatDay } from "../format/formatMoment";
import type { PortalError } from "./PortalError";
import { ResourceNote } from "./ResourceNote";
import { asPortalError } from "./useResource";

const NAMES = {
  passphrase: "Passphrase",
  recovery: "Recovery code",
  passkey_prf: "Passkey",
  device: "A device",
} as const;

/** By what the vault is unlocked, and what can be changed about it while it is. */
export function VaultWays(props: {
  doors: VaultDoors;
  state: VaultState;
  begin(): void;
  changed(): Promise<void>;
}): JSX.Element {
  const { doors, state, begin, changed } = props;
  const [failure, setFailure] = useState<PortalError | null>(null);
  const [asking, ask] = useState<"passkey" | "off" | null>(null);
  const act = async (doing: () => Promise<unknown>) => {
    setFailure(null);
    try {
      await doing();
      ask(null);
      await changed();
    } catch (cause) {
      setFailure(asPortalError(cause));
    }
  };
  return (
    <section class="sect" aria-labelledby="ways">
      <div class="shead">
        <h2 class="h2" id="ways">
          Ways to unlock
        </h2>
      </div>
      <ul class="ways">
        {state.wraps.map((wrap) => (
          <Way key={wrap.id} wrap={wrap} remove={() => void act(() => doors.removeWrap(wrap.id))} />
        ))}
      </ul>
      {failure && <ResourceNote error={failure} />}
      {asking === "passkey" && <AddPasskey doors={doors} act={act} />}
      {asking === "off" && <SwitchOff off={() => void act(() => doors.switchOff())} keep={() => ask(null)} />}
      <div class="row wrap">
        <button type="button" class="btn" onClick={() => ask("passkey")}>
          <Icon name="passkey" />
          Add a passkey…
        </button>
        <button type="button" class="btn" onClick={begin}>
          New passphrase and code…
        </button>
        <button type="button" class="btn quiet danger" onClick={() => ask("off")}>
          Turn off locked mode…
        </button>
      </div>
    </section>
  );
}

function Way({ wrap, remove }: { wrap: VaultWrap; remove(): void }): JSX.Element {
  const name = wrap.label ?? NAMES[wrap.kind];
  return (
    <li class="row">
      <span class="grow">
        <span class="b t13">{name}</span>
        {wrap.kind === "device" && <span class="t12 m2"> unlocks without asking</span>}
        <span class="t12 m3"> since {formatDay(new Date(wrap.created_at), false)}</span>
      </span>
      {(wrap.kind === "passkey_prf" || wrap.kind === "device") && (
        <button type="button" class="btn sm" aria-label={`Remove ${name}`} onClick={remove}>
          Remove
        </button>
      )}
    </li>
  );
}

function AddPasskey(props: { doors: VaultDoors; act(doing: () => Promise<unknown>): Promise<void> }): JSX.Element {
  const [words, setWords] = useState("");
  const [busy, setBusy] = useState(false);
  const add = async () => {
    setBusy(true);
    await props.act(async () => {
      const { vaultClient } = await import("@vault/vault-client");
      await vaultClient.addPasskey(props.doors, words, null);
    });
    setBusy(false);
  };
  return (
    <form
      class="card pad3 stack s3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void add();
      }}
    >
      <p class="t13 m2">
        Choose a passkey that you sign in with. It must be able to derive keys; most on phones and computers can.
      </p>
      <div class="field">
        <label for="way-words">Passphrase or recovery code</label>
        <div class="row">
          <input
            id="way-words"
            class="in"
            type="password"
            autocomplete="current-password"
            value={words}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
          <button type="submit" class="btn" aria-busy={busy}>
            Add
          </button>
        </div>
      </div>
    </form>
  );
}

function SwitchOff({ off, keep }: { off(): void; keep(): void }): JSX.Element {
  return (
    <div class="card pad3 stack s3" role="alert">
      <p class="t13">
        Turn it off? The server can then open your keys by itself, and so can whoever has the whole server.
      </p>
      <div class="row">
        <button type="button" class="btn" onClick={keep}>
          Keep it on
        </button>
        <button type="button" class="btn destroy" onClick={off}>
          Turn it off
        </button>
      </div>
    </div>
  );
}
