import { useState } from "preact/hooks";
import { errorWords } from "./error-words";
import type { OptionsSource } from "./options-source";
import { SettingRow } from "./setting-row";
import { t } from "./t";
import { useLoaded } from "./use-loaded";

interface Props {
  source: OptionsSource;
  isOn: boolean;
  onSet(change: { browserModel: boolean }): void;
}

/** The browser's own model: whether there is one, its download on a click, and whether it is one of those to pick. */
export function BrowserModelRow({ source, isOn, onSet }: Props) {
  const { value: state, error, reload } = useLoaded(() => source.browserModel());
  const [loaded, setLoaded] = useState<number | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const download = () => {
    setFailure(null);
    setLoaded(0);
    source
      .fetchBrowserModel(setLoaded)
      .catch((problem: unknown) => setFailure(errorWords(problem)))
      .finally(() => {
        setLoaded(null);
        reload();
      });
  };
  const words =
    failure ??
    error ??
    (loaded === null ? hintOf(state) : t("browserModel_loading", { percent: Math.round(loaded * 100) }));
  return (
    <SettingRow id="browser-model" title={t("browserModel_title")} hint={words}>
      {state === "downloadable" && !isOn && (
        <button type="button" class="btn sm" aria-busy={loaded !== null} disabled={loaded !== null} onClick={download}>
          {t("browserModel_download")}
        </button>
      )}
      {(isOn || state === "available") && (
        <input
          type="checkbox"
          role="switch"
          class="switch"
          aria-labelledby="browser-model-title"
          aria-describedby="browser-model-hint"
          aria-checked={isOn}
          checked={isOn}
          onChange={(event) => onSet({ browserModel: event.currentTarget.checked })}
        />
      )}
    </SettingRow>
  );
}

function hintOf(state: Awaited<ReturnType<OptionsSource["browserModel"]>> | null): string {
  if (state === null) return t("direct_looking");
  return t(`browserModel_${state}`);
}
