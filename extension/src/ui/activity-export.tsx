import type { Generation } from "../wire/generation";
import { Icon } from "./icon";
import { saveFile } from "./save-file";
import { t } from "./t";
import { toCsv } from "./to-csv";

/** The lines that are shown, as a file for a spreadsheet or for a program. */
export function ActivityExport({ generations }: { generations: readonly Generation[] }) {
  return (
    <>
      <button
        type="button"
        class="btn"
        onClick={() => saveFile("satchel-activity.csv", "text/csv", toCsv(generations))}
      >
        <Icon name="export" />
        {t("activity_csv")}
      </button>
      <button
        type="button"
        class="btn"
        onClick={() =>
          saveFile("satchel-activity.json", "application/json", `${JSON.stringify(generations, null, 2)}\n`)
        }
      >
        <Icon name="json" />
        {t("activity_json")}
      </button>
    </>
  );
}
