import { ActivityFilter } from "../wire/activity-filter";
import { Icon } from "./icon";
import { t } from "./t";

interface Props {
  filter: ActivityFilter;
  /** The sites that can be chosen from. */
  origins: readonly string[];
  onFilter(filter: ActivityFilter): void;
}

const STATUSES = ["any", "finished", "cancelled", "failed", "live"] as const;

/** Search, site and outcome. */
export function ActivityFilters({ filter, origins, onFilter }: Props) {
  return (
    <search class="filters">
      <div class="withicon">
        <Icon name="search" />
        <input
          class="in"
          type="search"
          aria-label={t("activity_search")}
          placeholder={t("activity_searchHint")}
          maxLength={ActivityFilter.LONGEST}
          value={filter.search}
          onInput={(event) => onFilter({ ...filter, search: event.currentTarget.value })}
        />
      </div>
      <select
        class="in"
        aria-label={t("sites_site")}
        value={filter.origin ?? ""}
        onChange={(event) => onFilter({ ...filter, origin: event.currentTarget.value || null })}
      >
        <option value="">{t("activity_everySite")}</option>
        {origins.map((origin) => (
          <option key={origin} value={origin}>
            {new URL(origin).host}
          </option>
        ))}
      </select>
      <select
        class="in"
        aria-label={t("activity_status")}
        value={filter.status}
        onChange={(event) => onFilter({ ...filter, status: event.currentTarget.value as ActivityFilter["status"] })}
      >
        {STATUSES.map((status) => (
          <option key={status} value={status}>
            {t(`activity_status_${status}`)}
          </option>
        ))}
      </select>
    </search>
  );
}
