import { Icon } from "@ui/icon";
import { freshPassphrase } from "@vault/fresh-passphrase";
import { passphraseFault } from "@vault/passphrase-fault";
import { recoveryCode } from "@vault/recovery-code";
import type { VaultDoors } from "@vault/vault-door";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ENOUGH, guessScore } from "../passwords/guessScore";
import { Field } from "./Field";
import type { PortalError } from "./PortalError";
import { ResourceNote } from "./ResourceNote";
import { asPortalError } from "./useResource";

type Recovery = Awaited<ReturnType<typeof recoveryCode.fresh>>;

const FAULTS = {
  short: "Use at least 14 characters: whoever has the whole server may guess for as long as they like.",
  plain: "That repeats itself too much. Use different words.",
  guessable:
    "Programs guess this quickly: it is made of usual words and tricks. Take more words, or let us suggest six.",
};
const TYPED = 5;

/** Chooses a passphrase and shows the recovery code, once; then everything is sealed anew. */
export function VaultSetup(props: { doors: VaultDoors; done(): Promise<void>; cancel(): void }): JSX.Element {
  const { doors, done, cancel } = props;
  const [passphrase, setPassphrase] = useState("");
  const [recovery, setRecovery] = useState<Recovery | null>(null);
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<PortalError | null>(null);
  useEffect(() => void recoveryCode.fresh().then(setRecovery), []);
  const [guessed, setGuessed] = useState("");
  const fault = passphraseFault(passphrase) ?? (guessed === passphrase && guessed ? "guessable" : null);
  const isNoted = recovery !== null && typed.trim().toUpperCase() === recovery.code.slice(-TYPED);
  const submit = async () => {
    setTried(true);
    if (fault !== null || !isNoted || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      if ((await guessScore(passphrase)) < ENOUGH) {
        setGuessed(passphrase);
        setBusy(false);
        return;
      }
      const { vaultClient } = await import("@vault/vault-client");
      await vaultClient.switchOn(doors, passphrase, recovery.secret);
      await done();
    } catch (cause) {
      setFailure(asPortalError(cause));
      setBusy(false);
    }
  };
  return (
    <form
      class="card pad3 stack s4 vault-setup"
      aria-labelledby="setup-title"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h2 class="h2" id="setup-title">
        Lock the vault with something only you have
      </h2>
      <Passphrase value={passphrase} fault={tried && fault ? FAULTS[fault] : undefined} onInput={setPassphrase} />
      <RecoverySheet code={recovery?.code ?? ""} />
      <Field
        id="typed"
        label="The recovery code’s last five characters, to show that you have it"
        value={typed}
        fault={tried && !isNoted ? "These are not its last five characters." : undefined}
        onInput={setTyped}
      />
      <p class="t13 m2">
        If you lose both, nobody can open your keys: you remove them and add them again. While the vault is unlocked,
        the server uses your keys, and whoever controls the server could read them.
      </p>
      {failure && <ResourceNote error={failure} />}
      <div class="row">
        <button type="submit" class="btn primary" aria-busy={busy}>
          {busy ? "Sealing your keys…" : "Lock with these"}
        </button>
        <button type="button" class="btn" onClick={cancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function Passphrase(props: { value: string; fault: string | undefined; onInput(value: string): void }): JSX.Element {
  return (
    <div class="stack s1">
      <Field
        id="passphrase"
        label="Passphrase"
        value={props.value}
        hint="It never leaves this page. You type it to unlock."
        fault={props.fault}
        onInput={props.onInput}
      />
      <div class="row">
        <button type="button" class="btn sm" onClick={() => props.onInput(freshPassphrase())}>
          Suggest six words
        </button>
      </div>
    </div>
  );
}

function RecoverySheet({ code }: { code: string }): JSX.Element {
  return (
    <div class="stack s1">
      <p class="lab">Recovery code. Print it or write it down: it is shown only now.</p>
      <div class="code recovery">
        <span class="grow wrap-anywhere">{code}</span>
        <button
          type="button"
          class="btn icon sm quiet"
          aria-label="Copy the recovery code"
          onClick={() => void navigator.clipboard.writeText(code)}
        >
          <Icon name="copy" />
        </button>
      </div>
      <div class="row">
        <button type="button" class="btn sm" onClick={() => window.print()}>
          Print
        </button>
      </div>
    </div>
  );
}
