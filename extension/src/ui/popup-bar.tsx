import { Icon } from "./icon";
import { t } from "./t";
import { Wordmark } from "./wordmark";

interface Props {
  /** null while nobody knows yet. */
  state: boolean | null;
  paused: boolean;
  onPause(): void;
  onSettings(): void;
}

/** The popup's head: the mark, whether it is connected, pause and settings. */
export function PopupBar({ state, paused, onPause, onSettings }: Props) {
  const word = paused ? t("popup_paused") : state ? t("popup_connected") : t("popup_notConnected");
  return (
    <header class="bar">
      <Wordmark />
      <span class="end row g15 t12 m2" role="status">
        {state !== null && <span class={`dot ${state && !paused ? "" : "off"}`} aria-hidden="true" />}
        {state !== null && word}
      </span>
      <button
        type="button"
        class="btn icon sm quiet"
        aria-pressed={paused}
        aria-label={paused ? t("popup_resume") : t("popup_pause")}
        onClick={onPause}
      >
        <Icon name={paused ? "right" : "pause"} />
      </button>
      <button type="button" class="btn icon sm quiet" aria-label={t("popup_settings")} onClick={onSettings}>
        <Icon name="settings" />
      </button>
    </header>
  );
}
