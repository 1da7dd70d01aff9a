import { Icon } from "@ui/icon";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { formatDay } from "../format/formatMoment";
import type { Token } from "./Token";

const EACH = { daily: "a day", weekly: "a week", monthly: "a month" } as const;

/** A token, with its switch, and revoking in two presses: it cannot be undone. */
export function TokenRow({ token, flip, revoke }: { token: Token; flip(): void; revoke(): void }): JSX.Element {
  const [sure, ask] = useState(false);
  return (
    <li class="item wrap">
      <Icon name="token" />
      <span class="grow">
        <span class="b t13">
          {token.name} {token.disabled && <span class="tag">off</span>}
        </span>
        <span class="sub t12 m3">
          <span class="mono">{token.label}</span> · {spending(token)} · {ending(token)}
        </span>
      </span>
      <button
        type="button"
        class="btn sm quiet"
        aria-label={`Switch ${token.name} ${token.disabled ? "on" : "off"}`}
        onClick={flip}
      >
        {token.disabled ? "Switch on" : "Switch off"}
      </button>
      {sure ? (
        <button type="button" class="btn sm destroy" aria-label={`Revoke ${token.name} for good`} onClick={revoke}>
          Revoke for good
        </button>
      ) : (
        <button type="button" class="btn sm" aria-label={`Revoke ${token.name}`} onClick={() => ask(true)}>
          Revoke…
        </button>
      )}
    </li>
  );
}

function spending({ usage, limit, limit_reset }: Token): string {
  const spent = `$${usage.toFixed(2)} spent`;
  if (limit === null) return `${spent}, no limit`;
  return `${spent}, at most $${limit.toFixed(2)}${limit_reset ? ` ${EACH[limit_reset]}` : ""}`;
}

function ending({ expires_at }: Token): string {
  return expires_at ? `until ${formatDay(new Date(expires_at), false)}` : "no end";
}
