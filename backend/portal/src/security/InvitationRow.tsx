import { Icon } from "@ui/icon";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { formatDay, formatMoment } from "../format/formatMoment";
import type { Invitation } from "./Invitation";

/** An invitation and what became of it. One that waits is revoked in two presses: whoever has its link is told nothing. */
export function InvitationRow({ invitation, revoke }: { invitation: Invitation; revoke(): void }): JSX.Element {
  const [sure, ask] = useState(false);
  const name = nameOf(invitation);
  const button = (words: string, label: string, press: () => void, kind = "") => (
    <button type="button" class={`btn sm ${kind}`} aria-label={label} onClick={press}>
      {words}
    </button>
  );
  return (
    <li class="item wrap">
      <Icon name={invitation.state === "used" ? "check" : "clock"} />
      <span class="grow">
        <span class="b t13 wrap-anywhere">
          <bdi>{name}</bdi> {invitation.state === "expired" && <span class="tag">expired</span>}
        </span>
        <span class="sub t12 m3 wrap-anywhere">{whatBecame(invitation)}</span>
      </span>
      {invitation.state !== "waiting" && button("Remove", `Remove ${name} from the list`, revoke, "quiet")}
      {invitation.state === "waiting" &&
        sure &&
        button("Revoke for good", `Revoke ${name} for good`, revoke, "destroy")}
      {invitation.state === "waiting" && !sure && button("Revoke…", `Revoke ${name}`, () => ask(true))}
    </li>
  );
}

/** Whom an invitation is for; those made at the command line need not say. */
export function nameOf({ name }: Invitation): string {
  return name || "By command line";
}

function whatBecame({ state, email, used_at, expires_at }: Invitation): JSX.Element {
  if (state === "used" && used_at) {
    const moment = formatMoment(new Date(used_at), new Date());
    return email ? (
      <>
        <bdi>{email}</bdi> made an account, {moment}
      </>
    ) : (
      <>used {moment}; the account is gone</>
    );
  }
  const day = formatDay(new Date(expires_at), false);
  return <>{state === "expired" ? `nobody used it until ${day}` : `waits, good until ${day}`}</>;
}
