import { errorWords } from "./error-words";
import { Note } from "./note";
import { t } from "./t";
import type { ActivityExports } from "./use-activity-export";

/** How far a file is, and what keeps it from being whole. What was gathered before a failure is kept. */
export function ActivityExportState({ exports: { state, goOn, cancel } }: { exports: ActivityExports }) {
  if (state.kind === "rest") return null;
  const stop = (
    <button type="button" class="btn sm" onClick={cancel}>
      {t("activity_exportCancel")}
    </button>
  );
  if (state.kind === "running") {
    return (
      <Note kind="plain" icon="export">
        <div class="row wrap g3">
          <p class="grow" role="status">
            {t("activity_exporting", { count: state.count })}
          </p>
          {stop}
        </div>
      </Note>
    );
  }
  return (
    <Note kind="danger">
      <div class="row wrap g3">
        <p class="grow">
          {state.count > 0 && `${t("activity_exportFailed", { count: state.count })} `}
          {errorWords(state.problem)}
        </p>
        <button type="button" class="btn sm" onClick={goOn}>
          {t("popup_again")}
        </button>
        {stop}
      </div>
    </Note>
  );
}
