import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Field } from "../account/Field";
import { Loading } from "../account/Loading";
import { ResourceNote } from "../account/ResourceNote";
import { useResource } from "../account/useResource";
import { formatDay } from "../format/formatMoment";
import { RecoveryCodes } from "./RecoveryCodes";
import type { SectionProps } from "./SectionProps";
import type { CodesDraft, CodesState } from "./SecurityDoors";
import { type Deed, useDeed } from "./useDeed";

/** Codes of an app after the password: off, being set up, or on. */
export function CodesSection({ doors, toast }: SectionProps): JSX.Element {
  const state = useResource(() => doors.codes());
  const [draft, setDraft] = useState<CodesDraft | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const deed = useDeed();
  const act = (doing: () => Promise<void>) =>
    void deed.run(async () => {
      await doing();
      await state.reload();
    });
  const confirm = (code: string) =>
    act(async () => {
      setCodes((await doors.confirmCodes(code)).codes);
      setDraft(null);
    });
  const off = async () => {
    await doors.switchCodesOff();
    setCodes(null);
    toast({ text: "Codes are off." });
  };
  return (
    <section class="sect" aria-labelledby="codes">
      <div class="shead">
        <h2 class="h2" id="codes">
          Codes after the password
        </h2>
      </div>
      {state.error && <ResourceNote error={state.error} retry={state.reload} />}
      {!state.data && !state.error && <Loading rows={1} what="codes" />}
      {deed.error && <ResourceNote error={deed.error} />}
      {codes && <RecoveryCodes codes={codes} done={() => setCodes(null)} />}
      {draft && <CodesSetup draft={draft} deed={deed} confirm={confirm} cancel={() => setDraft(null)} />}
      {state.data?.since_at && (
        <CodesOn
          state={state.data}
          renew={() => act(async () => setCodes((await doors.newRecoveryCodes()).codes))}
          off={() => act(off)}
        />
      )}
      {state.data && !state.data.since_at && !draft && (
        <CodesOff busy={deed.busy} begin={() => act(async () => setDraft(await doors.beginCodes()))} />
      )}
    </section>
  );
}

function CodesOff({ busy, begin }: { busy: boolean; begin(): void }): JSX.Element {
  return (
    <>
      <p class="t13 m2">
        Off. With an authenticator app, a password alone lets nobody in. A passkey needs no code: it is both already.
      </p>
      <div>
        <button type="button" class="btn" aria-busy={busy} onClick={begin}>
          Set up an app
        </button>
      </div>
    </>
  );
}

function CodesOn({ state, renew, off }: { state: CodesState; renew(): void; off(): void }): JSX.Element {
  const left = state.codes_left;
  return (
    <>
      <p class="t13 m2">
        On{state.since_at && ` since ${formatDay(new Date(state.since_at), false)}`}. {left} recovery{" "}
        {left === 1 ? "code is" : "codes are"} left.
      </p>
      <div class="row wrap">
        <button type="button" class="btn" onClick={renew}>
          New recovery codes
        </button>
        <button type="button" class="btn quiet danger" onClick={off}>
          Turn off
        </button>
      </div>
    </>
  );
}

function CodesSetup(props: {
  draft: CodesDraft;
  deed: Deed;
  confirm(code: string): void;
  cancel(): void;
}): JSX.Element {
  const { draft, deed, confirm, cancel } = props;
  const [code, setCode] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (code.trim()) confirm(code);
  };
  return (
    <form class="card pad stack s3" onSubmit={submit}>
      <p class="t13">Scan this with your authenticator app, or type the key into it.</p>
      <div class="row wrap top">
        <img class="qr" src={draft.qr} alt="The key as a QR code" width={180} height={180} />
        <div class="stack s3 grow beside-qr">
          <p class="t12 m2">
            Key: <span class="mono wrap-anywhere">{draft.secret.match(/.{1,4}/g)?.join(" ")}</span>
          </p>
          <Field id="code" label="Code that the app shows now" value={code} placeholder="123456" onInput={setCode} />
          <div class="row wrap">
            <button type="submit" class="btn primary" aria-busy={deed.busy}>
              Turn codes on
            </button>
            <button type="button" class="btn quiet" onClick={cancel}>
              Cancel
            </button>
          </div>
        </div>
      </div>
    </form>
  );
}
