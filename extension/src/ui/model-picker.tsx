import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Model } from "../wire/model";
import { Icon } from "./icon";
import { ModelFilter } from "./model-filter";
import { modelGroups } from "./model-groups";
import { ModelLimits } from "./model-limits";
import { ModelOption } from "./model-option";
import { t } from "./t";
import { toggled } from "./toggled";

interface Props {
  models: readonly Model[];
  chosen: string | null;
  favourites: ReadonlySet<string>;
  onChoose(model: Model): void;
  onFavourite(id: string): void;
  onBack(): void;
}

const CHIPS = [
  ["tools", "tool"],
  ["images", "image"],
  ["reasoning", "reasoning"],
  ["local", "this-computer"],
] as const;

/** Search, filters and list: a combobox over a listbox. ↑ ↓ move, ↵ chooses, Alt+F marks a favourite, Esc goes back. */
export function ModelPicker(props: Props) {
  const { models, chosen, favourites } = props;
  const [filter, setFilter] = useState(ModelFilter.NONE);
  const [active, setActive] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const set = (change: Partial<ModelFilter>) => setFilter({ ...filter, ...change });
  const groups = useMemo(() => modelGroups(models, favourites, filter), [models, favourites, filter]);
  const flat = groups.flatMap((group) => group.models);
  const current = flat[Math.min(active, flat.length - 1)];

  useEffect(() => field.current?.focus(), []);
  useEffect(() => setActive(0), [filter]);
  useEffect(() => {
    const row = current === undefined ? null : document.getElementById(optionId(current));
    row?.scrollIntoView({ block: "nearest" });
  }, [current]);

  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 };
    const move = moves[event.key];
    if (move !== undefined) setActive(Math.max(0, Math.min(flat.length - 1, active + move)));
    else if (event.key === "Enter" && current?.satchel.available) props.onChoose(current);
    else if (event.altKey && event.key.toLowerCase() === "f" && current) props.onFavourite(current.id);
    else if (event.key === "Escape") {
      event.stopPropagation();
      props.onBack();
    } else return;
    event.preventDefault();
  };

  return (
    <div class="picker">
      <div class="withicon">
        <Icon name="search" />
        <input
          ref={field}
          class="in"
          role="combobox"
          aria-label={t("picker_search")}
          aria-expanded="true"
          aria-controls="models"
          aria-activedescendant={current === undefined ? undefined : optionId(current)}
          placeholder={t("picker_placeholder", { count: models.length })}
          autocomplete="off"
          spellcheck={false}
          value={filter.search}
          onInput={(event) => set({ search: event.currentTarget.value })}
          onKeyDown={onKeyDown}
        />
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
      </fieldset>
      <div class="row limits">
        <ModelLimits small price={filter.price} privacy={filter.privacy} onChange={set} />
      </div>
      <div class="listbox" id="models" role="listbox" aria-label={t("model_models")} tabIndex={-1}>
        {groups.map((group, index) => (
          // biome-ignore lint/a11y/useSemanticElements: a listbox groups its options so; fieldset and optgroup do not fit
          <div key={group.name} role="group" aria-label={t(`group_${group.name}`)}>
            <p class="grp row" aria-hidden="true">
              {t(`group_${group.name}`)}
              {index === 0 && <span class="end unit">{t("picker_perMtok")}</span>}
            </p>
            {group.models.map((model) => (
              <ModelOption
                key={model.id}
                id={optionId(model)}
                model={model}
                chosen={model.id === chosen}
                active={model === current}
                favourite={favourites.has(model.id)}
                onChoose={() => props.onChoose(model)}
              />
            ))}
          </div>
        ))}
      </div>
      {flat.length === 0 && (
        <div class="empty" role="status">
          <p>{noMatch(filter)}</p>
          <button
            type="button"
            class="btn sm"
            onClick={() => {
              setFilter(ModelFilter.NONE);
              field.current?.focus();
            }}
          >
            {t("picker_clear")}
          </button>
        </div>
      )}
    </div>
  );
}

function noMatch({ search, ...others }: ModelFilter): string {
  if (search.trim() === "") return t("picker_noneHasAll");
  const isFiltered = others.capabilities.size > 0 || others.price !== "any" || others.privacy !== "any";
  return t(isFiltered ? "picker_noMatchFiltered" : "picker_noMatch", { search: search.trim() });
}

function optionId(model: Model): string {
  return `model-${model.id.replace(/[^\w-]/g, "_")}`;
}
