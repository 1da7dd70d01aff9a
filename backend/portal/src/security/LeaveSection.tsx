import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Field } from "../account/Field";
import { ResourceNote } from "../account/ResourceNote";
import type { SectionProps } from "./SectionProps";
import { useDeed } from "./useDeed";

/** Take everything along; delete it all. */
export function LeaveSection({ doors, email }: SectionProps & { email: string }): JSX.Element {
  const [leaving, leave] = useState(false);
  const deed = useDeed();
  const download = () =>
    void deed.run(async () => {
      const file = URL.createObjectURL(await doors.exportAccount());
      const link = Object.assign(document.createElement("a"), { href: file, download: "satchel-account.json" });
      link.click();
      URL.revokeObjectURL(file);
    });
  return (
    <section class="sect" aria-labelledby="leave">
      <div class="shead">
        <h2 class="h2" id="leave">
          Your data
        </h2>
      </div>
      <p class="t13 m2">
        Everything that is kept of you, in one file: sites, budgets, tokens, what was asked and what it cost. Keys and
        other secrets are not in it. What you asked and what was answered is not kept.
      </p>
      {deed.error && <ResourceNote error={deed.error} />}
      <div class="row wrap">
        <button type="button" class="btn" aria-busy={deed.busy} onClick={download}>
          Download my data
        </button>
        <button type="button" class="btn quiet danger" onClick={() => leave(true)}>
          Delete my account…
        </button>
      </div>
      {leaving && <LeaveDialog doors={doors} email={email} kept={() => leave(false)} />}
    </section>
  );
}

function LeaveDialog(props: { doors: SectionProps["doors"]; email: string; kept(): void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, type] = useState("");
  const deed = useDeed();
  useEffect(() => dialog.current?.showModal(), []);
  const remove = (event: Event) => {
    event.preventDefault();
    void deed.run(async () => {
      await props.doors.deleteAccount(typed);
      location.assign("/sign-in");
    });
  };
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="leave-title" onClose={props.kept}>
      <form class="stack s3" onSubmit={remove}>
        <h2 class="h2" id="leave-title">
          Delete your account?
        </h2>
        <p class="t13 m2">
          Keys, sites, tokens and history are gone for good, and every app and browser is signed out. The keys stay
          valid at their providers until you revoke them there.
        </p>
        <Field
          id="leave-email"
          label="Type your email to delete it"
          value={typed}
          placeholder={props.email}
          onInput={type}
        />
        {deed.error && <ResourceNote error={deed.error} />}
        <div class="row dialog-buttons">
          {/* biome-ignore lint/a11y/noAutofocus: a dialog opens on its safest button */}
          <button type="button" class="btn" autoFocus onClick={() => dialog.current?.close()}>
            Keep it
          </button>
          <button type="submit" class="btn destroy" aria-busy={deed.busy}>
            Delete account
          </button>
        </div>
      </form>
    </dialog>
  );
}
