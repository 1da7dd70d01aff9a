import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { PageHead } from "../account/PageHead";
import type { ViewProps } from "../account/ViewProps";
import { CodesSection } from "./CodesSection";
import { ConnectedSection } from "./ConnectedSection";
import { DevicesSection } from "./DevicesSection";
import { EmailNote } from "./EmailNote";
import { LeaveSection } from "./LeaveSection";
import { PasskeySection } from "./PasskeySection";
import { PasswordSection } from "./PasswordSection";

/** How do I sign in, and who is signed in? */
export function SecurityView({ api, account, toast }: ViewProps): JSX.Element {
  const doors = api.security;
  const [changes, setChanges] = useState(0);
  const changed = () => setChanges((count) => count + 1);
  return (
    <div class="page">
      <PageHead title="Security">
        <span class="t13 m3">
          <bdi>{account.data?.email}</bdi>
        </span>
      </PageHead>
      <div class="security">
        <EmailNote doors={doors} account={account.data} />
        <PasskeySection doors={doors} toast={toast} />
        <CodesSection doors={doors} toast={toast} />
        <PasswordSection doors={doors} toast={toast} email={account.data?.email ?? ""} changed={changed} />
        <DevicesSection key={`browsers ${changes}`} doors={doors} toast={toast} />
        <ConnectedSection key={`devices ${changes}`} doors={doors} toast={toast} />
        <More isOwner={account.data?.is_owner === true} />
        <LeaveSection doors={doors} toast={toast} email={account.data?.email ?? ""} />
      </div>
    </div>
  );
}

/** The pages that a narrow screen's bar has no room for. */
function More({ isOwner }: { isOwner: boolean }): JSX.Element {
  return (
    <nav class="row wrap" aria-label="More on security">
      <a class="btn" href="#/tokens">
        Tokens for programs
      </a>
      {isOwner && (
        <a class="btn" href="#/invitations">
          Invitations
        </a>
      )}
      <a class="btn" href="/sign-in/ways">
        Accounts elsewhere
      </a>
      <a class="btn" href="#/audit">
        What happened
      </a>
    </nav>
  );
}
