import { useState } from "preact/hooks";
import type { ActivityDays } from "../wire/activity-days";
import { DoomDialog } from "./doom-dialog";
import { errorWords } from "./error-words";
import { Note } from "./note";
import { SettingRow } from "./setting-row";
import { t } from "./t";

interface Props {
  days: ActivityDays;
  keep(days: ActivityDays): Promise<unknown>;
  /** Something else is kept now. */
  onKept(): void;
}

const CHOICES: readonly ActivityDays[] = [null, 90, 30, 7, 0];

/** For how long activity says who asked which model. Less than before is asked about first: what is older is gone for good. */
export function ActivitySetting({ days, keep, onKept }: Props) {
  const [doomed, doom] = useState<{ days: number } | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const choose = (wanted: ActivityDays) => {
    setFailure(null);
    if (wanted !== null && wanted < (days ?? Number.POSITIVE_INFINITY)) return doom({ days: wanted });
    keep(wanted).then(onKept, (problem: unknown) => setFailure(errorWords(problem)));
  };
  const done = () => {
    doom(null);
    onKept();
  };
  return (
    <section class="stack" aria-labelledby="set-activity">
      <h2 class="h2" id="set-activity">
        {t("activity_keptTitle")}
      </h2>
      {failure !== null && (
        <Note kind="danger">
          <p>{failure}</p>
        </Note>
      )}
      <div class="card list">
        <SettingRow id="kept" title={t("activity_kept")} hint={t("activity_keptHint")}>
          <select
            class="in"
            aria-labelledby="kept-title"
            aria-describedby="kept-hint"
            value={String(doomed?.days ?? days)}
            onChange={({ currentTarget: { value } }) =>
              choose(CHOICES.find((choice) => String(choice) === value) ?? null)
            }
          >
            {CHOICES.map((choice) => (
              <option key={choice} value={String(choice)}>
                {choiceWords(choice)}
              </option>
            ))}
          </select>
        </SettingRow>
      </div>
      {doomed !== null && (
        <DoomDialog
          question={doomed.days === 0 ? t("activity_keptNone") : t("activity_keptLess", { count: doomed.days })}
          text={t(doomed.days === 0 ? "activity_keptNoneText" : "activity_forgetText")}
          keep={t("activity_keep")}
          doom={t("activity_forgetYes")}
          deed={() => keep(doomed.days as ActivityDays)}
          onKept={() => doom(null)}
          onDone={done}
        />
      )}
    </section>
  );
}

function choiceWords(days: ActivityDays): string {
  if (days === null) return t("activity_kept_always");
  return days === 0 ? t("activity_kept_none") : t("activity_kept_days", { count: days });
}
