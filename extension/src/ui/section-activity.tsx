import { useRef, useState } from "preact/hooks";
import { ActivityFilter } from "../wire/activity-filter";
import type { Generation } from "../wire/generation";
import { ActivityExport } from "./activity-export";
import { ActivityExportState } from "./activity-export-state";
import { ActivityFilters } from "./activity-filters";
import { ActivityTable } from "./activity-table";
import { DoomDialog } from "./doom-dialog";
import { EmptyCard } from "./empty-card";
import { errorWords } from "./error-words";
import { focusMain } from "./focus-main";
import { GenerationPanel } from "./generation-panel";
import { LoadState } from "./load-state";
import type { OptionsSource } from "./options-source";
import { SectionHead } from "./section-head";
import { t } from "./t";
import { useActivity } from "./use-activity";
import { useActivityExport } from "./use-activity-export";
import { useLoaded } from "./use-loaded";

/** What was asked, of which model, and what did it cost? Newest first. */
export function SectionActivity({ source, item }: { source: OptionsSource; item: string | null }) {
  const [filter, setFilter] = useState<ActivityFilter>(ActivityFilter.NONE);
  const [chosen, choose] = useState(item);
  const [doomed, doom] = useState<"all" | { id: string } | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const activity = useActivity(source, filter);
  const exports = useActivityExport(source, filter);
  const { value: grants } = useLoaded(() => source.grants(null));
  const { value: models } = useLoaded(() => source.everyModel());
  const nameOf = (generation: Generation) =>
    models?.find(({ id }) => id === generation.model)?.name ?? generation.model ?? generation.requested_model;
  const forget = (what: "all" | { id: string }) =>
    what === "all" ? source.forgetGenerations(filter.origin) : source.forgetGeneration(what.id);
  const { loaded: found, problem } = activity;
  const shown = found.find(({ id }) => id === chosen) ?? null;
  const origins = [...new Set([...(grants ?? []).map(({ origin }) => origin), ...originsOf(found)])];
  return (
    <>
      <SectionHead title={t("options_activity")}>
        {found.length > 0 && <ActivityExport exports={exports} />}
        {found.length > 0 && (
          <button type="button" class="btn" onClick={() => doom("all")}>
            {t("activity_forget")}
          </button>
        )}
      </SectionHead>
      <ActivityExportState exports={exports} />
      <LoadState
        waiting={activity.waiting}
        error={problem === null ? null : errorWords(problem)}
        onRetry={() => void activity.reload()}
      />
      {activity.empty && problem === null && <EmptyCard title={t("popup_emptyTitle")} text={t("popup_empty")} />}
      {!activity.waiting && !activity.empty && (
        <>
          <ActivityFilters filter={filter} origins={origins} onFilter={setFilter} />
          {found.length === 0 && !activity.looking && problem === null && <p class="t13 m2">{t("activity_noMatch")}</p>}
          <div class={shown === null ? "stack s3" : "sites"}>
            <div class="stack s3" ref={list}>
              {found.length > 0 && (
                <ActivityTable
                  generations={found}
                  nameOf={nameOf}
                  chosen={chosen}
                  onChoose={(id) => choose(id === chosen ? null : id)}
                />
              )}
              {activity.more !== null && (
                <div class="row">
                  <button type="button" class="btn" aria-busy={activity.busy} onClick={activity.more}>
                    {t("activity_older")}
                  </button>
                  <span class="t12 m3" role="status">
                    {t("activity_newest", { count: found.length })}
                  </span>
                </div>
              )}
            </div>
            {shown !== null && (
              <GenerationPanel
                key={shown.id}
                generation={shown}
                modelName={nameOf(shown)}
                onClose={() => {
                  choose(null);
                  list.current?.querySelector<HTMLElement>("[aria-expanded=true]")?.focus();
                }}
                onForget={() => doom({ id: shown.id })}
                stop={() => source.cancelGeneration(shown.id).finally(activity.reload)}
              />
            )}
          </div>
        </>
      )}
      {doomed !== null && (
        <DoomDialog
          question={questionFor(doomed, filter.origin)}
          text={t("activity_forgetText")}
          keep={t("activity_keep")}
          doom={t("activity_forgetYes")}
          deed={() => forget(doomed).finally(activity.reload)}
          onKept={() => doom(null)}
          onDone={() => {
            doom(null);
            choose(null);
            focusMain();
          }}
        />
      )}
    </>
  );
}

function questionFor(doomed: "all" | { id: string }, origin: string | null): string {
  if (doomed !== "all") return t("activity_forgetThis");
  return origin === null ? t("activity_forgetAll") : t("activity_forgetSite", { origin });
}

function originsOf(generations: readonly Generation[]): string[] {
  return generations.map(({ origin }) => origin).filter((origin) => origin !== null);
}
