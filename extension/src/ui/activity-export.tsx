import { ActivityFile } from "./activity-file";
import { Icon } from "./icon";
import { t } from "./t";
import type { ActivityExports } from "./use-activity-export";

/** Everything that is looked for, as a file for a spreadsheet or for a program. */
export function ActivityExport({ exports: { state, start } }: { exports: ActivityExports }) {
  const isBusy = state.kind === "running";
  const begin = (file: ActivityFile) => () => isBusy || start(file);
  return (
    <>
      <button type="button" class="btn" aria-disabled={isBusy} onClick={begin(ActivityFile.CSV)}>
        <Icon name="export" />
        {t("activity_csv")}
      </button>
      <button type="button" class="btn" aria-disabled={isBusy} onClick={begin(ActivityFile.JSON_ARRAY)}>
        <Icon name="json" />
        {t("activity_json")}
      </button>
    </>
  );
}
