import type { Preferences } from "../wire/preferences";
import { t } from "./t";

type Days = Preferences["keepOldDays"];

interface Props {
  days: Days;
  labelledBy?: string;
  disabled?: boolean;
  onChoose(days: Days): void;
}

const CHOICES = [0, 30, 90, 365] as const satisfies readonly Days[];

/** How long the original's history is kept in this browser, from the day when it was brought over. */
export function KeepOld({ days, labelledBy, disabled = false, onChoose }: Props) {
  return (
    <select
      class="in"
      disabled={disabled}
      {...(labelledBy === undefined ? { "aria-label": t("settings_keepOld") } : { "aria-labelledby": labelledBy })}
      value={days}
      onChange={(event) => onChoose(Number(event.currentTarget.value) as Days)}
    >
      {CHOICES.map((choice) => (
        <option key={choice} value={choice}>
          {choice === 0 ? t("settings_keepOld_always") : t("settings_keepOld_days", { count: choice })}
        </option>
      ))}
    </select>
  );
}
