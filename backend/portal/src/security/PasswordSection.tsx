import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { FieldNote } from "../account/Field";
import { ResourceNote } from "../account/ResourceNote";
import { LEAST } from "../passwords/strengthWords";
import { useStrength } from "../passwords/useStrength";
import type { SectionProps } from "./SectionProps";
import { useDeed } from "./useDeed";

/** What the section for passwords is given; it calls `changed` when everybody else was put out. */
interface PasswordSectionProps extends SectionProps {
  email: string;
  changed(): void;
}

/** A new password, or the first one. */
export function PasswordSection({ doors, toast, email, changed }: PasswordSectionProps): JSX.Element {
  const [password, setPassword] = useState("");
  const [disconnect, setDisconnect] = useState(true);
  const [short, setShort] = useState(false);
  const strength = useStrength(password, email);
  const deed = useDeed();
  const save = (event: Event) => {
    event.preventDefault();
    setShort(password.length < LEAST);
    if (password.length < LEAST) return;
    void deed.run(async () => {
      await doors.changePassword(password, disconnect);
      setPassword("");
      toast({
        text: `The password is changed. Other browsers are signed out${disconnect ? ", apps and devices disconnected" : ""}.`,
      });
      changed();
    });
  };
  return (
    <section class="sect" aria-labelledby="password-title">
      <div class="shead">
        <h2 class="h2" id="password-title">
          Password
        </h2>
      </div>
      <form class="stack s3" onSubmit={save} noValidate>
        <input type="text" autocomplete="username" value={email} readOnly hidden />
        <div class="field">
          <label for="new-password">New password</label>
          <input
            id="new-password"
            class="in"
            type="password"
            autocomplete="new-password"
            maxLength={1024}
            value={password}
            aria-invalid={short ? "true" : undefined}
            aria-describedby="new-password-note"
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
          <FieldNote
            id="new-password-note"
            fault={short ? `At least ${LEAST} characters.` : undefined}
            hint={`At least ${LEAST} characters. Every other browser is signed out.`}
          />
          <p class="hint" role="status">
            {strength}
          </p>
        </div>
        <label class="check">
          <input
            type="checkbox"
            checked={disconnect}
            onChange={(event) => setDisconnect(event.currentTarget.checked)}
          />
          Disconnect apps and devices too, this browser’s extension among them
        </label>
        {deed.error && <ResourceNote error={deed.error} />}
        <div>
          <button type="submit" class="btn" aria-busy={deed.busy}>
            {deed.busy ? "Changing…" : "Change password"}
          </button>
        </div>
      </form>
    </section>
  );
}
