import type { Grant } from "../wire/grant";
import { t } from "./t";

interface Props {
  /** The sites that are allowed; without one there is only “everywhere”. */
  grants: readonly Grant[];
  site: string | null;
  onSite(origin: string | null): void;
}

/** Where the choice below counts: everywhere, or on one site. */
export function ModelScope({ grants, site, onSite }: Props) {
  if (grants.length === 0) return null;
  return (
    <div class="row wrap scope">
      <label for="scope" class="t13 m2">
        {t("models_scope")}
      </label>
      <select id="scope" class="in" value={site ?? ""} onChange={(event) => onSite(event.currentTarget.value || null)}>
        <option value="">{t("models_everywhere")}</option>
        {grants.map(({ id, origin }) => (
          <option key={id} value={origin}>
            {new URL(origin).host}
          </option>
        ))}
      </select>
      <span class="t12 m3">{site === null ? t("models_everywhereHint") : t("models_siteHint")}</span>
    </div>
  );
}
