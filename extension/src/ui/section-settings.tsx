import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ActivitySetting } from "./activity-setting";
import { BuiltInSites } from "./built-in-sites";
import { ConnectStep } from "./connect-step";
import { DirectSettings } from "./direct-settings";
import { errorWords } from "./error-words";
import { ImportOld } from "./import-old";
import { KeepOld } from "./keep-old";
import { language } from "./language";
import { LoadState } from "./load-state";
import { Note } from "./note";
import type { OptionsSource } from "./options-source";
import { promptApiWords } from "./prompt-api-words";
import { SectionHead } from "./section-head";
import { SegmentedChoice } from "./segmented-choice";
import { SettingRow } from "./setting-row";
import { t } from "./t";
import { useLoaded } from "./use-loaded";

const THEMES = ["system", "light", "dark"] as const;
const LOCK_AFTER = [5, 15, 60, 240] as const;
const LANGUAGE_MODELS = ["when missing", "when unavailable", "always", "off"] as const;

async function load(source: OptionsSource) {
  const [snapshot, chosen, builtIn] = await Promise.all([
    source.snapshot(),
    source.preferences(),
    source.siteBuiltIn(),
  ]);
  return { snapshot, chosen, builtIn };
}

/** Which Satchel, and how the extension looks and behaves in this browser. */
export function SectionSettings({ source, onChange }: { source: OptionsSource; onChange(): void }) {
  const { value, error, busy, reload } = useLoaded(() => load(source));
  const [failure, setFailure] = useState<string | null>(null);
  const act = (deed: Promise<void>) => {
    setFailure(null);
    deed.catch((problem: unknown) => setFailure(errorWords(problem))).finally(reload);
  };
  const set = (change: Parameters<OptionsSource["setPreferences"]>[0]) => act(source.setPreferences(change));
  const changed = () => {
    reload();
    onChange();
  };
  return (
    <>
      <SectionHead title={t("options_settings")} />
      {failure !== null && (
        <Note kind="danger">
          <p>{failure}</p>
        </Note>
      )}
      <LoadState waiting={value === null} error={error} busy={busy} onRetry={reload} />
      {value !== null && (
        <div class="stack s6 reading">
          <section class="stack" aria-labelledby="set-connection">
            <h2 class="h2" id="set-connection">
              {t("settings_connection")}
            </h2>
            <ol class="steps flat">
              <ConnectStep source={source} snapshot={value.snapshot} onChange={changed} />
            </ol>
          </section>
          <Looks chosen={value.chosen} onSet={set} />
          <Pages chosen={value.chosen} onSet={set}>
            <BuiltInSites sites={value.builtIn} onForget={(origin) => act(source.setSiteBuiltIn(origin, null))} />
          </Pages>
          <DirectSettings source={source} chosen={value.chosen} onSet={set} />
          <VaultLock chosen={value.chosen} onSet={set} />
          {value.snapshot.account?.activity_days !== undefined && (
            <ActivitySetting
              days={value.snapshot.account.activity_days}
              keep={(days) => source.keepActivity(days)}
              onKept={reload}
            />
          )}
          <OldHistory chosen={value.chosen} onSet={set} />
          <details class="card pad3">
            <summary class="t13 b">{t("import_title")}</summary>
            <div class="gap-top">
              <ImportOld source={source} />
            </div>
          </details>
        </div>
      )}
    </>
  );
}

interface GroupProps {
  chosen: Awaited<ReturnType<OptionsSource["preferences"]>>;
  onSet(change: Parameters<OptionsSource["setPreferences"]>[0]): void;
}

function Looks({ chosen, onSet }: GroupProps) {
  return (
    <section class="stack" aria-labelledby="set-looks">
      <h2 class="h2" id="set-looks">
        {t("settings_looks")}
      </h2>
      <div class="card list">
        <SettingRow id="theme" title={t("settings_theme")}>
          <SegmentedChoice
            name="theme"
            labelledBy="theme-title"
            fit={false}
            value={chosen.theme}
            onChange={(theme) => onSet({ theme })}
            options={THEMES.map((value) => ({ value, label: t(`settings_theme_${value}`) }))}
          />
        </SettingRow>
        <SettingRow id="language" title={t("settings_language")}>
          <select
            class="in"
            aria-labelledby="language-title"
            value={chosen.language}
            onChange={(event) => onSet({ language: event.currentTarget.value as typeof chosen.language })}
          >
            <option value="auto">{t("settings_language_auto")}</option>
            {Object.entries(language.choices).map(([tag, name]) => (
              <option key={tag} value={tag} lang={tag}>
                {name}
              </option>
            ))}
          </select>
        </SettingRow>
      </div>
    </section>
  );
}

function VaultLock({ chosen, onSet }: GroupProps) {
  return (
    <section class="stack" aria-labelledby="set-vault">
      <h2 class="h2" id="set-vault">
        {t("settings_vault")}
      </h2>
      <div class="card list">
        <SettingRow id="lock-after" title={t("settings_lockAfter")} hint={t("settings_lockAfterHint")}>
          <select
            class="in"
            aria-labelledby="lock-after-title"
            aria-describedby="lock-after-hint"
            value={chosen.lockAfterMinutes}
            onChange={(event) =>
              onSet({ lockAfterMinutes: Number(event.currentTarget.value) as typeof chosen.lockAfterMinutes })
            }
          >
            {LOCK_AFTER.map((minutes) => (
              <option key={minutes} value={minutes}>
                {t("settings_lockAfter_minutes", { minutes: String(minutes) })}
              </option>
            ))}
          </select>
        </SettingRow>
        <SettingRow id="lock-close" title={t("settings_lockOnClose")} hint={t("settings_lockOnCloseHint")}>
          <input
            type="checkbox"
            role="switch"
            class="switch"
            aria-labelledby="lock-close-title"
            aria-describedby="lock-close-hint"
            aria-checked={chosen.lockOnClose}
            checked={chosen.lockOnClose}
            onChange={(event) => onSet({ lockOnClose: event.currentTarget.checked })}
          />
        </SettingRow>
      </div>
    </section>
  );
}

function OldHistory({ chosen, onSet }: GroupProps) {
  return (
    <section class="stack" aria-labelledby="set-old">
      <h2 class="h2" id="set-old">
        {t("settings_old")}
      </h2>
      <div class="card list">
        <SettingRow id="keep-old" title={t("settings_keepOld")} hint={t("settings_keepOldHint")}>
          <KeepOld
            days={chosen.keepOldDays}
            labelledBy="keep-old-title"
            onChoose={(keepOldDays) => onSet({ keepOldDays })}
          />
        </SettingRow>
      </div>
    </section>
  );
}

function Pages({ chosen, onSet, children }: GroupProps & { children: ComponentChildren }) {
  return (
    <section class="stack" aria-labelledby="set-pages">
      <h2 class="h2" id="set-pages">
        {t("settings_pages")}
      </h2>
      <div class="card list">
        <SettingRow id="prompt-api" title={t("settings_promptApi")} hint={t("settings_promptApiHint")}>
          <select
            class="in"
            aria-labelledby="prompt-api-title"
            aria-describedby="prompt-api-hint"
            value={chosen.languageModel}
            onChange={(event) => onSet({ languageModel: event.currentTarget.value as typeof chosen.languageModel })}
          >
            {LANGUAGE_MODELS.map((value) => (
              <option key={value} value={value}>
                {promptApiWords(value)}
              </option>
            ))}
          </select>
        </SettingRow>
        {children}
        <SettingRow id="nearly" title={t("settings_nearly")} hint={t("settings_nearlyHint")}>
          <input
            type="checkbox"
            role="switch"
            class="switch"
            aria-labelledby="nearly-title"
            aria-describedby="nearly-hint"
            aria-checked={chosen.nearlySpent}
            checked={chosen.nearlySpent}
            onChange={(event) => onSet({ nearlySpent: event.currentTarget.checked })}
          />
        </SettingRow>
      </div>
    </section>
  );
}
