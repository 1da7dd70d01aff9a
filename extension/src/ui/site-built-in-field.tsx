import type { Preferences } from "../wire/preferences";
import type { BuiltInChoice } from "../wire/site-built-in";
import { promptApiWords } from "./prompt-api-words";
import { t } from "./t";

interface Props {
  /** What holds where nothing is chosen. */
  general: Preferences["languageModel"];
  /** What the person chose for this site; null for nothing. */
  choice: BuiltInChoice | null;
  onChoose(choice: BuiltInChoice | null): void;
}

/** Whose built-in AI one site's pages find: as in the settings, the person's own, or the browser's. Acts at once. */
export function SiteBuiltInField({ general, choice, onChoose }: Props) {
  return (
    <div class="field">
      <label for="site-built-in">{t("settings_promptApi")}</label>
      <select
        id="site-built-in"
        class="in"
        aria-describedby="site-built-in-note"
        value={choice ?? "general"}
        onChange={(event) => {
          const { value } = event.currentTarget;
          onChoose(value === "mine" || value === "browser" ? value : null);
        }}
      >
        <option value="general">{t("sites_builtIn_general", { choice: promptApiWords(general) })}</option>
        <option value="mine">{t("sites_builtIn_mine")}</option>
        <option value="browser">{t("sites_builtIn_browser")}</option>
      </select>
      <p class="hint" id="site-built-in-note">
        {t("sites_builtInHint")}
      </p>
    </div>
  );
}
