import { formatLimit } from "@ui/format-limit";
import { Icon } from "@ui/icon";
import { Meter } from "@ui/meter";
import { OriginName } from "@ui/origin-name";
import { SiteMonogram } from "@ui/site-monogram";
import type { Grant } from "@wire/grant";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { formatDay } from "../format/formatMoment";
import { nameOfOrigin } from "../format/nameOfOrigin";
import { type GrantLook, grantState } from "./grantState";
import { meterLabel } from "./meterLabel";
import type { PortalError } from "./PortalError";
import { ResourceNote } from "./ResourceNote";
import { useModelNames } from "./useModelNames";
import { asPortalError } from "./useResource";
import type { ViewProps } from "./ViewProps";

interface Props extends ViewProps {
  shown: readonly Grant[];
  /** Site with its state only, for Home. */
  brief?: boolean;
}

/** The sites that may or may not use the person's models. */
export function SitesTable({ api, grants, toast, shown, brief }: Props): JSX.Element {
  const [failure, setFailure] = useState<PortalError | null>(null);
  const nameOf = useModelNames(api);
  const attempt = async (deed: () => Promise<void>) => {
    setFailure(null);
    await deed().catch((cause: unknown) => setFailure(asPortalError(cause)));
    await grants.reload();
  };
  const revoke = async (grant: Grant) => {
    await attempt(() => api.revoke(grant));
    const undo = grant.state === "once" ? {} : { undo: () => attempt(() => api.restore(grant)) };
    const deed = grant.state === "blocked" ? "Unblocked" : "Revoked";
    toast({ text: `${deed} ${nameOfOrigin(grant.origin)}. It must ask again.`, ...undo });
  };
  return (
    <>
      {failure && <ResourceNote error={failure} />}
      <div class="tablewrap">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Site</th>
              {brief || (
                <th scope="col" class="hide-n">
                  Now
                </th>
              )}
              {brief || (
                <th scope="col" class="hide-n">
                  Budget
                </th>
              )}
              {brief || (
                <th scope="col" class="hide-n">
                  Limits
                </th>
              )}
              <th scope="col" class="num">
                <span class="sr">Revoke</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((grant) => (
              <Row key={grant.id} {...{ grant, nameOf }} brief={brief ?? false} revoke={() => revoke(grant)} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface RowProps {
  grant: Grant;
  nameOf(model: string): string;
  brief: boolean;
  revoke(): Promise<void>;
}

function Row({ grant, nameOf, brief, revoke }: RowProps): JSX.Element {
  const state = grantState(grant);
  const { budget } = grant.caveats;
  const verb = grant.state === "blocked" ? "Unblock" : "Revoke";
  return (
    <tr>
      <th scope="row" class={brief ? "rest" : "flex1"}>
        <span class="row g3">
          <SiteMonogram origin={grant.origin} size="sm" />
          <span class="grow">
            <span class="site-name">
              <OriginName origin={grant.origin} scheme={!grant.origin.startsWith("https:")} />
            </span>
            {grant.embedder && <span class="sub wrap-anywhere">inside {nameOfOrigin(grant.embedder)}</span>}
            {brief ? (
              <span class="sub">
                <State look={state} />
              </span>
            ) : (
              <span class="sub narrow cut">
                {state.word} · {limits(grant, nameOf)}
              </span>
            )}
          </span>
        </span>
      </th>
      {brief || (
        <td class="hide-n">
          <State look={state} />
        </td>
      )}
      {brief || (
        <td class="budgetcell hide-n">
          {budget ? (
            <span class="stack s1">
              <span>
                {formatLimit(budget.spent_nusd)}{" "}
                <span class="t12 m3">
                  of {formatLimit(budget.cap_nusd)} {budget.period === "total" ? "in all" : `a ${budget.period}`}
                </span>
              </span>
              <Meter
                spent={budget.spent_nusd}
                held={budget.held_nusd}
                cap={budget.cap_nusd}
                label={meterLabel(budget)}
              />
            </span>
          ) : (
            <span class="t12 m3">{grant.state === "blocked" ? "–" : "no limit"}</span>
          )}
        </td>
      )}
      {brief || <td class="hide-n m2">{limits(grant, nameOf)}</td>}
      <td class="num">
        <button
          type="button"
          class="btn sm"
          aria-label={`${verb} ${nameOfOrigin(grant.origin)}`}
          onClick={() => void revoke()}
        >
          {verb}
        </button>
      </td>
    </tr>
  );
}

function State({ look }: { look: GrantLook }): JSX.Element {
  return (
    <span class={`st ${look.tone}`}>
      <Icon name={look.icon} />
      {look.word}
    </span>
  );
}

function limits({ caveats, state }: Grant, nameOf: (model: string) => string): string {
  if (state === "blocked") return "–";
  const { models, rate_per_minute, expires_at } = caveats;
  const expires = expires_at ? new Date(expires_at) : null;
  const said = [
    models?.map(nameOf).join(", "),
    rate_per_minute && `${rate_per_minute} a minute`,
    expires && `until ${formatDay(expires, expires.getFullYear() === new Date().getFullYear())}`,
  ].filter(Boolean);
  return said.length > 0 ? said.join(" · ") : "no end";
}
