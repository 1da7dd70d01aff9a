import { useMemo, useState } from "preact/hooks";
import type { Grant } from "../wire/grant";
import type { Model } from "../wire/model";
import { EmptyCard } from "./empty-card";
import { errorWords } from "./error-words";
import { Icon } from "./icon";
import { keepCaveats } from "./keep-caveats";
import { LoadState } from "./load-state";
import { ModelFilter } from "./model-filter";
import { ModelFilters } from "./model-filters";
import { ModelScope } from "./model-scope";
import { ModelTable } from "./model-table";
import { Note } from "./note";
import type { OptionsSource } from "./options-source";
import { SectionHead } from "./section-head";
import { t } from "./t";
import { useLoaded } from "./use-loaded";

async function load(source: OptionsSource) {
  const [account, models, grants, favourites] = await Promise.all([
    source.account(),
    source.everyModel(),
    source.grants(null),
    source.favourites(),
  ]);
  const allowed = grants.filter(({ state, embedder }) => state === "allowed" && embedder === null);
  return { preferred: account.preferred_model, models, allowed, favourites };
}

/** Which model answers, everywhere or on one site, and what else there is at what price? */
export function SectionModels({ source, onChange }: { source: OptionsSource; onChange(): void }) {
  const { value, error, busy, reload } = useLoaded(() => load(source));
  const [filter, setFilter] = useState<ModelFilter>(ModelFilter.NONE);
  const [site, setSite] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [using, setUsing] = useState<string | null>(null);
  const found = useMemo(
    () => (value?.models ?? []).filter((model) => ModelFilter.matches(model, filter, value?.favourites ?? new Set())),
    [value, filter],
  );
  const grant = value?.allowed.find(({ origin }) => origin === site) ?? null;
  const use = (model: Model) => {
    if (using !== null) return;
    setUsing(model.id);
    setFailure(null);
    choose(source, model, grant)
      .then(onChange, (problem: unknown) => setFailure(errorWords(problem)))
      .finally(() => {
        setUsing(null);
        reload();
      });
  };
  const mark = (id: string) => {
    const next = new Set(value?.favourites);
    if (!next.delete(id)) next.add(id);
    void source.setFavourites(next).then(reload);
  };
  const usable =
    value?.models.filter(({ satchel }) => satchel.available && satchel.capabilities.includes("chat")).length ?? 0;
  return (
    <>
      <SectionHead
        title={t("options_models")}
        {...(value === null ? {} : { note: t("models_usable", { count: usable }) })}
      >
        <a class="btn" href="#compare">
          <Icon name="playground" />
          {t("options_compare")}
        </a>
      </SectionHead>
      {failure !== null && (
        <Note kind="danger">
          <p>{failure}</p>
        </Note>
      )}
      <LoadState waiting={value === null} error={error} busy={busy} onRetry={reload} />
      {value !== null && value.models.length === 0 && (
        <EmptyCard title={t("models_none")} text={t("models_noneText")}>
          <a class="btn" href="#keys">
            {t("popup_addKey")}
          </a>
        </EmptyCard>
      )}
      {value !== null && value.models.length > 0 && (
        <>
          <ModelScope grants={value.allowed} site={site} onSite={setSite} />
          <ModelFilters filter={filter} onFilter={setFilter} found={found.length} />
          {found.length > 0 && (
            <ModelTable
              models={found}
              chosen={grant === null ? value.preferred : (grant.caveats.models?.[0] ?? null)}
              using={using}
              favourites={value.favourites}
              onUse={use}
              onMark={mark}
            />
          )}
        </>
      )}
    </>
  );
}

/** For a site the choice is one of its limits: it may use that model and no other. */
function choose(source: OptionsSource, model: Model, grant: Grant | null): Promise<unknown> {
  if (grant === null) return source.setModel(model.id);
  const caveats = { ...keepCaveats(grant), models: [model.id] };
  return source.putGrant({ origin: grant.origin, state: "allowed", caveats });
}
