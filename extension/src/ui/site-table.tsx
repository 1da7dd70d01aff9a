import type { Grant } from "../wire/grant";
import type { Model } from "../wire/model";
import { formatCost } from "./format-cost";
import { formatDate } from "./format-date";
import { formatLimit } from "./format-limit";
import { Icon } from "./icon";
import { Meter } from "./meter";
import { OriginName } from "./origin-name";
import { SiteMonogram } from "./site-monogram";
import { SiteState } from "./site-state";
import { t } from "./t";

interface Props {
  grants: readonly Grant[];
  models: readonly Model[];
  chosen: string | null;
  onChoose(id: string): void;
}

/** The sites that may or may not use the person's models; a press on a name opens its limits. */
export function SiteTable({ grants, models, chosen, onChoose }: Props) {
  if (grants.length === 0) return <p class="t13 m2">{t("sites_noMatch")}</p>;
  return (
    <div class="tablewrap">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t("sites_site")}</th>
            <th scope="col" class="hide-n">
              {t("sites_now")}
            </th>
            <th scope="col">{t("consent_budget")}</th>
            <th scope="col" class="hide-n">
              {t("consent_expires")}
            </th>
          </tr>
        </thead>
        <tbody>
          {grants.map((grant) => (
            <SiteRow
              key={grant.id}
              grant={grant}
              models={models}
              chosen={grant.id === chosen}
              onChoose={() => onChoose(grant.id)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  grant: Grant;
  models: readonly Model[];
  chosen: boolean;
  onChoose(): void;
}

function SiteRow({ grant, models, chosen, onChoose }: RowProps) {
  const { origin, embedder, caveats } = grant;
  const state = SiteState.of(grant, new Date());
  const until = caveats.expires_at === null ? t("sites_noEnd") : formatDate(new Date(caveats.expires_at));
  const allowed = grant.state === "allowed";
  return (
    <tr aria-selected={chosen}>
      <th scope="row" class="sitecell">
        <span class="row g3">
          <SiteMonogram origin={origin} size="sm" />
          <span class="grow">
            <button type="button" class="linklike" aria-expanded={chosen} onClick={onChoose}>
              <OriginName origin={origin} />
            </button>
            <span class="sub cut hide-n">
              {embedder === null ? modelWords(grant, models) : t("sites_inside", { site: new URL(embedder).host })}
            </span>
            <span class="sub narrow cut">
              {t(`sites_state_${state}`)}
              {allowed && ` · ${until}`}
            </span>
          </span>
        </span>
      </th>
      <td class="hide-n">
        <span class={`st ${SiteState.TONES[state]}`}>
          <Icon name={SiteState.ICONS[state]} />
          {t(`sites_state_${state}`)}
        </span>
      </td>
      <td class="budgetcell">{allowed ? <Budget of={caveats.budget} /> : <span class="t12 m3">–</span>}</td>
      <td class="hide-n m2 nw">{allowed ? until : "–"}</td>
    </tr>
  );
}

function modelWords({ caveats, state }: Grant, models: readonly Model[]): string {
  if (state === "blocked") return "";
  if (caveats.models === null) return caveats.local_only ? t("sites_localOnly") : t("consent_anyModel");
  const [first = "", ...more] = caveats.models;
  const name = models.find(({ id }) => id === first)?.name ?? first;
  return more.length === 0 ? name : t("sites_andMore", { name, count: more.length });
}

function Budget({ of: budget }: { of: Grant["caveats"]["budget"] }) {
  if (budget === null) return <span class="t12 m3">{t("sites_noLimit")}</span>;
  const spent = formatCost(budget.spent_nusd);
  const cap = formatLimit(budget.cap_nusd);
  return (
    <span class="stack s1">
      <span>
        <span class="t13">{spent}</span>{" "}
        <span class="t12 m3">{t(`period_ofLimit_${budget.period}`, { limit: cap })}</span>
      </span>
      <Meter
        spent={budget.spent_nusd}
        held={budget.held_nusd}
        cap={budget.cap_nusd}
        label={t("popup_spent", { spent, cap })}
      />
    </span>
  );
}
