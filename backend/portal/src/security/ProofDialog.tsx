import { Icon } from "@ui/icon";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { PortalApi } from "../account/PortalApi";
import { ResourceNote } from "../account/ResourceNote";
import { answerPasskey } from "../passkeys/answerPasskey";
import type { ProofState, ProofWay } from "./SecurityDoors";
import { useDeed } from "./useDeed";

interface Question extends ProofState {
  answer(proved: boolean): void;
}

/** Asks who is there when the server wants a proof; what was being done then goes on, with everything that was typed. */
export function ProofDialog({ api }: { api: PortalApi }): JSX.Element | null {
  const [question, ask] = useState<Question | null>(null);
  useEffect(() => {
    api.askForProof = async () => {
      const state = await api.security.proofState();
      return new Promise<boolean>((answer) => ask({ ...state, answer }));
    };
    return () => {
      api.askForProof = null;
    };
  }, [api]);
  if (!question) return null;
  const close = (proved: boolean) => {
    ask(null);
    question.answer(proved);
  };
  if (question.may_begin) return <FirstWay close={() => close(false)} />;
  return <Asking api={api} ways={question.ways} close={close} />;
}

/** Who signs in elsewhere only, where nobody says that they were asked, has nothing to prove it by: this is how to get it. */
function FirstWay({ close }: { close(): void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const toSecurity = () => {
    location.hash = "#/security";
    dialog.current?.close();
  };
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="proof" onClose={close}>
      <div class="stack s3">
        <h2 class="h2" id="proof">
          Add a passkey or a password first
        </h2>
        <p class="t13 m2">
          The account you signed in with does not say when it last checked that it is you. Add something of your own to
          prove it by, within five minutes of signing in.
        </p>
        <button type="button" class="btn primary" onClick={toSecurity}>
          Open Security
        </button>
        <button type="button" class="btn quiet" onClick={() => dialog.current?.close()}>
          Not now
        </button>
      </div>
    </dialog>
  );
}

function Asking({ api, ways, close }: { api: PortalApi; ways: ProofWay[]; close(proved: boolean): void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const proved = useRef(false);
  const deed = useDeed();
  useEffect(() => dialog.current?.showModal(), []);
  const prove = async (proof: () => Promise<void>) => {
    proved.current = await deed.run(proof);
    if (proved.current) dialog.current?.close();
  };
  const byPasskey = async () =>
    api.security.prove({ credential: await answerPasskey(await api.security.beginProof()) });
  const takesPasskey = ways.includes("passkey") && "PublicKeyCredential" in window;
  const words = ways.includes("password") ? "password" : "code";
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="proof" onClose={() => close(proved.current)}>
      <div class="stack s3">
        <h2 class="h2" id="proof">
          Is it you?
        </h2>
        <p class="t13 m2">This is worth a second look. Prove it once, and go on for five minutes.</p>
        {deed.error && <ResourceNote error={deed.error} />}
        {takesPasskey && (
          <button type="button" class="btn" aria-busy={deed.busy} onClick={() => void prove(byPasskey)}>
            <Icon name="passkey" />
            Use a passkey
          </button>
        )}
        {ways.length === 0 && (
          <a class="btn primary" href={`/sign-in?${new URLSearchParams({ again: "1", next: here() })}`}>
            Sign in once more
          </a>
        )}
        {ways.some((way) => way !== "passkey") && (
          <WordsForm way={words} busy={deed.busy} send={(typed) => void prove(() => api.security.prove(typed))} />
        )}
        <button type="button" class="btn quiet" onClick={() => dialog.current?.close()}>
          Not now
        </button>
      </div>
    </dialog>
  );
}

/** Where the person is, to come back to. */
function here(): string {
  return location.pathname + location.hash;
}

function WordsForm(props: {
  way: "password" | "code";
  busy: boolean;
  send(proof: { password: string } | { code: string }): void;
}): JSX.Element {
  const { way, busy, send } = props;
  const [typed, type] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (typed) send(way === "password" ? { password: typed } : { code: typed });
  };
  const input = {
    id: "proof-words",
    class: "in",
    value: typed,
    onInput: (event: { currentTarget: HTMLInputElement }) => type(event.currentTarget.value),
  };
  return (
    <form class="stack s3" onSubmit={submit}>
      <div class="field">
        <label for="proof-words">{way === "password" ? "Password" : "Code of your app, or a recovery code"}</label>
        {way === "password" ? (
          <input type="password" autocomplete="current-password" {...input} />
        ) : (
          <input type="text" autocomplete="one-time-code" {...input} />
        )}
      </div>
      <button type="submit" class="btn primary" aria-busy={busy}>
        {busy ? "Checking…" : "Go on"}
      </button>
    </form>
  );
}
