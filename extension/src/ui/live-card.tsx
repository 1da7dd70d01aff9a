import { useEffect, useState } from "preact/hooks";
import type { LiveGeneration } from "../wire/live-generation";
import { formatDuration } from "./format-duration";
import { formatTokens } from "./format-tokens";
import { Icon } from "./icon";
import { OriginName } from "./origin-name";
import { t } from "./t";

interface Props {
  live: LiveGeneration;
  /** What people call the model. */
  modelName: string;
  onStop(): void;
}

/** A generation that runs: who, with which model, how much so far, and one press to stop it. */
export function LiveCard({ live, modelName, onStop }: Props) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const isOwn = !/^https?:/.test(live.origin);
  const host = isOwn ? t("chat_own") : new URL(live.origin).host;
  const state = live.state === "writing" ? null : t(`live_${live.state}`);
  return (
    <div class="livecard">
      <div class="row">
        <span class="dot live" aria-hidden="true" />
        <span class="b t13 cut plain-origin">{isOwn ? t("chat_own") : <OriginName origin={live.origin} />}</span>
        <button
          type="button"
          class="btn sm end"
          aria-label={t("live_stopFor", { site: host })}
          aria-disabled={live.state === "stopping"}
          onClick={onStop}
        >
          <Icon name="stop" small />
          {t("live_stop")}
        </button>
      </div>
      <div class="row t12 m2 wrap facts-line">
        <span class="cut">{modelName}</span>
        <span class="m3" aria-hidden="true">
          ·
        </span>
        {state === null ? (
          <span class="nw">{t("live_tokens", { count: live.pieces, tokens: formatTokens(live.pieces) })}</span>
        ) : (
          <span class="nw">{state}</span>
        )}
        <span class="m3" aria-hidden="true">
          ·
        </span>
        <span class="nw">{formatDuration(Math.max(0, now - live.startedAt))}</span>
      </div>
    </div>
  );
}
