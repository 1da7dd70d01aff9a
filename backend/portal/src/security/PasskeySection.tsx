import { Icon } from "@ui/icon";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Loading } from "../account/Loading";
import { ResourceNote } from "../account/ResourceNote";
import { useResource } from "../account/useResource";
import { browserOf } from "../format/browserOf";
import { formatDay, formatMoment } from "../format/formatMoment";
import { answerPasskey } from "../passkeys/answerPasskey";
import type { SectionProps } from "./SectionProps";
import type { Passkey } from "./SecurityDoors";
import { useDeed } from "./useDeed";

/** The passkeys, and one more. */
export function PasskeySection({ doors, toast }: SectionProps): JSX.Element {
  const passkeys = useResource(() => doors.passkeys());
  const deed = useDeed();
  const add = () =>
    deed.run(async () => {
      const credential = await answerPasskey(await doors.beginPasskey());
      await doors.addPasskey(credential, browserOf(navigator.userAgent));
      toast({ text: "The passkey is added." });
      await passkeys.reload();
    });
  const change = (doing: () => Promise<unknown>) =>
    deed.run(async () => {
      await doing();
      await passkeys.reload();
    });
  return (
    <section class="sect" aria-labelledby="passkeys">
      <div class="shead">
        <h2 class="h2" id="passkeys">
          Passkeys
        </h2>
      </div>
      <p class="t13 m2">Your device signs you in with your finger, face or PIN. Nobody can phish it.</p>
      {passkeys.error && <ResourceNote error={passkeys.error} retry={passkeys.reload} />}
      {!passkeys.data && !passkeys.error && <Loading rows={1} what="passkeys" />}
      {passkeys.data && passkeys.data.length > 0 && (
        <ul class="card list security-list" aria-label="Passkeys">
          {passkeys.data.map((passkey) => (
            <PasskeyRow
              key={passkey.id}
              passkey={passkey}
              rename={(name) => change(() => doors.renamePasskey(passkey.id, name))}
              remove={() => void change(() => doors.removePasskey(passkey.id))}
            />
          ))}
        </ul>
      )}
      {deed.error && <ResourceNote error={deed.error} />}
      <AddPasskey busy={deed.busy} add={() => void add()} />
    </section>
  );
}

/** Browsers make passkeys for names only: where the address is a number, say which name to use. */
function AddPasskey({ busy, add }: { busy: boolean; add(): void }): JSX.Element {
  if (/^[\d.]+$|:/.test(location.hostname)) {
    return (
      <p class="t13 m3">
        Passkeys need a name in the address bar. On this computer, open{" "}
        <a href={`http://localhost:${location.port}/#/security`}>localhost:{location.port}</a>.
      </p>
    );
  }
  return (
    <div>
      <button type="button" class="btn" aria-busy={busy} onClick={add}>
        <Icon name="passkey" />
        Add a passkey
      </button>
    </div>
  );
}

function PasskeyRow(props: { passkey: Passkey; rename(name: string): Promise<boolean>; remove(): void }): JSX.Element {
  const { passkey, rename, remove } = props;
  const [editing, edit] = useState(false);
  if (editing) {
    return (
      <li class="item">
        <RenameForm
          name={passkey.name}
          keep={() => edit(false)}
          rename={async (name) => (await rename(name)) && edit(false)}
        />
      </li>
    );
  }
  const used = passkey.last_used_at
    ? `used ${formatMoment(new Date(passkey.last_used_at), new Date())}`
    : "not used yet";
  return (
    <li class="item wrap">
      <Icon name="passkey" />
      <span class="grow">
        <span class="b t13">{passkey.name}</span>
        <span class="sub t12 m3">
          since {formatDay(new Date(passkey.created_at), false)} · {used}
          {passkey.synced && " · on all your devices"}
        </span>
      </span>
      <button type="button" class="btn sm quiet" aria-label={`Rename ${passkey.name}`} onClick={() => edit(true)}>
        Rename
      </button>
      <button type="button" class="btn sm" aria-label={`Remove ${passkey.name}`} onClick={remove}>
        Remove
      </button>
    </li>
  );
}

function RenameForm(props: { name: string; keep(): void; rename(name: string): void }): JSX.Element {
  const [name, setName] = useState(props.name);
  const save = (event: Event) => {
    event.preventDefault();
    if (name.trim()) props.rename(name.trim());
  };
  return (
    <form class="row grow" onSubmit={save}>
      <input
        class="in grow"
        aria-label="Name of the passkey"
        maxLength={60}
        value={name}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <button type="submit" class="btn sm">
        Save
      </button>
      <button type="button" class="btn sm quiet" onClick={props.keep}>
        Keep
      </button>
    </form>
  );
}
