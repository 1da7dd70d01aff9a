import type { Account } from "@wire/account";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ResourceNote } from "../account/ResourceNote";
import { TitledNote } from "../pieces/TitledNote";
import type { SecurityDoors } from "./SecurityDoors";
import { useDeed } from "./useDeed";

/** Says that the account's address is not confirmed, and mails the link that does it, where mail is sent at all. */
export function EmailNote({ doors, account }: { doors: SecurityDoors; account: Account | null }): JSX.Element | null {
  const [sent, setSent] = useState(false);
  const deed = useDeed();
  if (account?.email_proven !== false || !account.sends_mail) return null;
  const { email } = account;
  const send = () =>
    void deed.run(async () => {
      setSent(false);
      await doors.mailLink(email);
      setSent(true);
    });
  return (
    <div class="stack s2">
      <TitledNote kind="warn" title="Your address is not confirmed.">
        <p class="wrap-anywhere" role="status">
          {sent ? (
            <>
              A link to <bdi>{email}</bdi> is on its way. Open it in this browser within ten minutes. Nothing there?
              Look among the unwanted mail.
            </>
          ) : (
            <>
              Until you confirm that <bdi>{email}</bdi> is yours, no link by mail lets you back in, and whoever reads
              the mail there can delete this account and begin anew.
            </>
          )}
        </p>
        <p>
          <button type="button" class="btn sm" aria-busy={deed.busy} onClick={send}>
            {deed.busy ? "Sending…" : sent ? "Mail another link" : "Mail me a link"}
          </button>
        </p>
      </TitledNote>
      {deed.error && <ResourceNote error={deed.error} />}
    </div>
  );
}
