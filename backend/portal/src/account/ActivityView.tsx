import { ActivityExport } from "@ui/activity-export";
import { ActivityFilter } from "@ui/activity-filter";
import { ActivityFilters } from "@ui/activity-filters";
import { DoomDialog } from "@ui/doom-dialog";
import type { Generation } from "@wire/generation";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ActivityTable } from "./ActivityTable";
import { Empty } from "./Empty";
import { Loading } from "./Loading";
import { PageHead } from "./PageHead";
import type { GenerationPage } from "./PortalApi";
import type { PortalError } from "./PortalError";
import { ResourceNote } from "./ResourceNote";
import { useModelNames } from "./useModelNames";
import { asPortalError } from "./useResource";
import type { ViewProps } from "./ViewProps";

const PAGE = 50;

/** What was asked, and what it cost. */
export function ActivityView({ api, generations, toast }: ViewProps): JSX.Element {
  const [older, setOlder] = useState<GenerationPage[]>([]);
  const [doomed, doom] = useState(false);
  const [failure, setFailure] = useState<PortalError | null>(null);
  const pages = generations.data ? [generations.data, ...older] : [];
  const shown = pages.flatMap(({ data }) => data);
  const nameOf = useModelNames(api);
  const [filter, setFilter] = useState(ActivityFilter.NONE);
  const found = shown.filter((each) => isMeant(each, filter, nameOf(each.model ?? each.requested_model)));
  const cursor = pages.at(-1)?.next_cursor ?? null;
  const more = async (from: string) => {
    setFailure(null);
    try {
      const page = await api.generations(PAGE, from);
      setOlder((before) => [...before, page]);
    } catch (cause) {
      setFailure(asPortalError(cause));
    }
  };
  const reload = async () => {
    setOlder([]);
    await generations.reload();
  };
  const forgotten = async () => {
    doom(false);
    toast({ text: "What had ended is forgotten." });
    document.querySelector<HTMLElement>("h1")?.focus();
    await reload();
  };
  const problem = failure ?? generations.error;
  return (
    <div class="page">
      <PageHead title="Activity">
        <span class="t13 m3">{shown.length > 0 && `Newest ${shown.length}`}</span>
        <div class="end">
          {found.length > 0 && <ActivityExport generations={found} />}
          {shown.length > 0 && (
            <button type="button" class="btn" onClick={() => doom(true)}>
              Forget…
            </button>
          )}
          <button type="button" class="btn" onClick={() => void reload()}>
            Refresh
          </button>
        </div>
      </PageHead>
      {problem && <ResourceNote error={problem} retry={reload} />}
      {generations.data && shown.length === 0 && (
        <Empty title="Nothing was asked yet" text="Prompts and answers are not kept; models, tokens and costs are." />
      )}
      {shown.length > 0 && <ActivityFilters filter={filter} origins={originsOf(shown)} onFilter={setFilter} />}
      {shown.length > 0 && found.length === 0 && <p class="t13 m2">Nothing matches.</p>}
      {found.length > 0 && <ActivityTable api={api} generations={found} reload={reload} />}
      {!generations.data && !generations.error && <Loading rows={8} what="activity" />}
      {cursor && (
        <p>
          <button type="button" class="btn" onClick={() => void more(cursor)}>
            Older
          </button>
        </p>
      )}
      {doomed && (
        <DoomDialog
          question="Forget all activity?"
          text="Which site asked which model is erased for good. What it cost stays counted in your sums and limits. What still runs stays."
          keep="Keep"
          doom="Forget"
          deed={() => api.forgetGenerations()}
          onKept={() => doom(false)}
          onDone={() => void forgotten()}
        />
      )}
    </div>
  );
}

function isMeant(generation: Generation, filter: ActivityFilter, modelName: string): boolean {
  const isOfSite = filter.origin === null || generation.origin === filter.origin;
  return isOfSite && ActivityFilter.matches(generation, filter, modelName);
}

function originsOf(generations: readonly Generation[]): string[] {
  return [...new Set(generations.map(({ origin }) => origin).filter((origin) => origin !== null))];
}
