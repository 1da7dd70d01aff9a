import { Icon } from "./icon";
import { ModelFilter } from "./model-filter";
import { ModelLimits } from "./model-limits";
import { t } from "./t";
import { toggled } from "./toggled";

interface Props {
  filter: ModelFilter;
  onFilter(filter: ModelFilter): void;
  found: number;
}

const CHIPS = [
  ["tools", "tool"],
  ["images", "image"],
  ["reasoning", "reasoning"],
  ["local", "this-computer"],
] as const;

/** Search, what it can do, what it costs, what happens to the words. */
export function ModelFilters({ filter, onFilter, found }: Props) {
  const set = (change: Partial<ModelFilter>) => onFilter({ ...filter, ...change });
  return (
    <search class="stack">
      <div class="filters">
        <div class="withicon">
          <Icon name="search" />
          <input
            class="in"
            type="search"
            aria-label={t("picker_search")}
            placeholder={t("models_searchHint")}
            value={filter.search}
            onInput={(event) => set({ search: event.currentTarget.value })}
          />
        </div>
        <ModelLimits price={filter.price} privacy={filter.privacy} onChange={set} />
      </div>
      <fieldset class="chips line" aria-label={t("picker_only")}>
        {CHIPS.map(([name, icon]) => (
          <button
            key={name}
            type="button"
            class="chip"
            aria-pressed={filter.capabilities.has(name)}
            onClick={() => set({ capabilities: toggled(filter.capabilities, name) })}
          >
            <Icon name={icon} />
            {t(`model_${name}`)}
          </button>
        ))}
        <button
          type="button"
          class="chip"
          aria-pressed={filter.favourites}
          onClick={() => set({ favourites: !filter.favourites })}
        >
          <Icon name="star" />
          {t("group_favourites")}
        </button>
      </fieldset>
      <div class={found === 0 ? "row" : "sr"} role="status">
        {found === 0 && (
          <>
            <span class="t13 m2">{t("picker_noneHasAll")}</span>
            <button type="button" class="btn sm" onClick={() => onFilter(ModelFilter.NONE)}>
              {t("picker_clear")}
            </button>
          </>
        )}
      </div>
    </search>
  );
}
