import { ActivityExport } from "@ui/activity-export";
import { ActivityExportState } from "@ui/activity-export-state";
import { ActivityFilters } from "@ui/activity-filters";
import { ActivitySetting } from "@ui/activity-setting";
import { DoomDialog } from "@ui/doom-dialog";
import { useActivity } from "@ui/use-activity";
import { useActivityExport } from "@ui/use-activity-export";
import { ActivityFilter } from "@wire/activity-filter";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ActivityTable } from "./ActivityTable";
import { Empty } from "./Empty";
import { Loading } from "./Loading";
import { PageHead } from "./PageHead";
import { ResourceNote } from "./ResourceNote";
import { asPortalError } from "./useResource";
import type { ViewProps } from "./ViewProps";

/** What was asked, and what it cost. */
export function ActivityView({ api, account, generations, grants, toast }: ViewProps): JSX.Element {
  const [doomed, doom] = useState(false);
  const [filter, setFilter] = useState(ActivityFilter.NONE);
  const activity = useActivity(api, filter);
  const exports = useActivityExport(api, filter);
  const { loaded: shown, problem, more } = activity;
  const origins = [...(grants.data ?? []), ...shown].map(({ origin }) => origin).filter((origin) => origin !== null);
  const reload = async () => void (await Promise.all([activity.reload(), generations.reload()]));
  const forgotten = async () => {
    doom(false);
    toast({ text: "What had ended is forgotten." });
    document.querySelector<HTMLElement>("h1")?.focus();
    await reload();
  };
  return (
    <div class="page">
      <PageHead title="Activity">
        <span class="t13 m3">{shown.length > 0 && `Newest ${shown.length}`}</span>
        <div class="end">
          {shown.length > 0 && <ActivityExport exports={exports} />}
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
      <ActivityExportState exports={exports} />
      {problem !== null && <ResourceNote error={asPortalError(problem)} retry={() => void activity.reload()} />}
      {activity.empty && problem === null && (
        <Empty title="Nothing was asked yet" text="Prompts and answers are not kept; models, tokens and costs are." />
      )}
      {!activity.waiting && !activity.empty && (
        <ActivityFilters filter={filter} origins={[...new Set(origins)]} onFilter={setFilter} />
      )}
      {!activity.waiting && !activity.empty && !activity.looking && shown.length === 0 && problem === null && (
        <p class="t13 m2">Nothing matches.</p>
      )}
      {shown.length > 0 && <ActivityTable api={api} generations={shown} reload={reload} />}
      {activity.waiting && <Loading rows={8} what="activity" />}
      {more !== null && (
        <p>
          <button type="button" class="btn" aria-busy={activity.busy} onClick={more}>
            Older
          </button>
        </p>
      )}
      {account.data?.activity_days !== undefined && (
        <ActivitySetting
          days={account.data.activity_days}
          keep={(days) => api.keepActivity(days)}
          onKept={() => void Promise.all([account.reload(), reload()])}
        />
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
