import { useState } from "preact/hooks";
import type { Grant } from "../wire/grant";
import { EmptyCard } from "./empty-card";
import { errorWords } from "./error-words";
import { focusMain } from "./focus-main";
import { Icon } from "./icon";
import { keepCaveats } from "./keep-caveats";
import { LoadState } from "./load-state";
import { Note } from "./note";
import type { OptionsSource } from "./options-source";
import { SectionHead } from "./section-head";
import { SegmentedChoice } from "./segmented-choice";
import { SiteBuiltInField } from "./site-built-in-field";
import { SitePanel } from "./site-panel";
import { SiteTable } from "./site-table";
import { t } from "./t";
import { type Toast, ToastBar } from "./toast-bar";
import { useLoaded } from "./use-loaded";

type Shown = "all" | "allowed" | "blocked";

async function load(source: OptionsSource) {
  const [grants, models, snapshot, { languageModel }, builtIn] = await Promise.all([
    source.grants(null),
    source.everyModel(),
    source.snapshot(),
    source.preferences(),
    source.siteBuiltIn(),
  ]);
  return { grants: grants.filter(({ state }) => state !== "once"), models, snapshot, languageModel, builtIn };
}

/** Who may do what, until when, and what have they used? */
export function SectionSites({ source, item }: { source: OptionsSource; item: string | null }) {
  const { value, error, busy, reload } = useLoaded(() => load(source));
  const [search, setSearch] = useState("");
  const [state, setState] = useState<Shown>("all");
  const [chosen, choose] = useState(item);
  const [toast, setToast] = useState<Toast | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [acting, setActing] = useState(false);
  const all = value?.grants ?? [];
  const shown = all.filter((grant) => matches(grant, search, state));
  const grant = shown.find(({ id }) => id === chosen) ?? null;
  const act = async (deed: Promise<unknown>, done?: Toast) => {
    setActing(true);
    setFailure(null);
    try {
      await deed;
      if (done) setToast(done);
    } catch (problem) {
      setFailure(errorWords(problem));
    }
    setActing(false);
    reload();
  };
  const revoke = (doomed: Grant) => {
    const text = t("sites_revoked", { site: new URL(doomed.origin).host });
    focusMain(); // the panel goes
    void act(source.deleteGrant(doomed.id), { text, undo: () => void act(source.putGrant(again(doomed))) });
  };
  return (
    <>
      <SectionHead title={t("options_sites")}>
        {value !== null && (
          <button type="button" class="btn" onClick={() => void act(source.setPaused(!value.snapshot.paused))}>
            <Icon name={value.snapshot.paused ? "right" : "pause"} />
            {value.snapshot.paused ? t("popup_resume") : t("popup_pause")}
          </button>
        )}
      </SectionHead>
      {failure !== null && (
        <Note kind="danger">
          <p>{failure}</p>
        </Note>
      )}
      <LoadState waiting={value === null} error={error} busy={busy} onRetry={reload} />
      {value !== null && all.length === 0 && (
        <EmptyCard title={t("sites_none")} text={t("sites_noneText")}>
          <a class="btn" href={`${value.snapshot.backend}/demo`} target="_blank" rel="noopener noreferrer">
            {t("popup_demo")}
          </a>
        </EmptyCard>
      )}
      {value !== null && all.length > 0 && (
        <>
          <SiteFilters search={search} onSearch={setSearch} state={state} onState={setState} />
          <div class={grant === null ? "" : "sites"}>
            <SiteTable
              grants={shown}
              models={value.models}
              chosen={grant?.id ?? null}
              onChoose={(id) => choose(id === chosen ? null : id)}
            />
            {grant !== null && (
              <SitePanel
                key={grant.id}
                grant={grant}
                busy={acting}
                models={value.models}
                onPut={(draft) => void act(source.putGrant(draft), { text: t("sites_saved") })}
                onRevoke={() => revoke(grant)}
              >
                <SiteBuiltInField
                  general={value.languageModel}
                  choice={value.builtIn[grant.origin] ?? null}
                  onChoose={(one) => void act(source.setSiteBuiltIn(grant.origin, one), { text: t("sites_saved") })}
                />
              </SitePanel>
            )}
          </div>
        </>
      )}
      <ToastBar toast={toast} onClose={() => setToast(null)} />
    </>
  );
}

function again(grant: Grant) {
  const { origin, embedder, state } = grant;
  return { origin, ...(embedder === null ? {} : { embedder }), state, caveats: keepCaveats(grant) };
}

function matches({ origin, embedder, state }: Grant, search: string, wanted: Shown): boolean {
  const named = `${origin} ${embedder ?? ""}`.toLowerCase().includes(search.trim().toLowerCase());
  return named && (wanted === "all" || wanted === state);
}

interface FilterProps {
  search: string;
  onSearch(search: string): void;
  state: Shown;
  onState(state: Shown): void;
}

function SiteFilters({ search, onSearch, state, onState }: FilterProps) {
  return (
    <search class="filters">
      <div class="withicon">
        <Icon name="search" />
        <input
          class="in"
          type="search"
          aria-label={t("sites_search")}
          placeholder={t("sites_search")}
          value={search}
          onInput={(event) => onSearch(event.currentTarget.value)}
        />
      </div>
      <SegmentedChoice
        name="shown"
        label={t("sites_show")}
        fit={false}
        value={state}
        onChange={onState}
        options={(["all", "allowed", "blocked"] as const).map((value) => ({ value, label: t(`sites_show_${value}`) }))}
      />
    </search>
  );
}
