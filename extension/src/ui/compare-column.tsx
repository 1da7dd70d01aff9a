import { useEffect, useRef } from "preact/hooks";
import type { AskModel } from "../wire/connect-worker";
import type { Model } from "../wire/model";
import { costWords } from "./answer-facts";
import { CopyButton } from "./copy-button";
import { formatDuration } from "./format-duration";
import { formatTokens } from "./format-tokens";
import { Icon } from "./icon";
import { MarkdownView } from "./markdown-view";
import { modelInitials } from "./model-initials";
import { Monogram } from "./monogram";
import { Note } from "./note";
import { t } from "./t";
import { type Answer, useAnswer } from "./use-answer";

interface Props {
  model: Model;
  ask: AskModel;
  /** What is asked; a new number asks again. */
  round: { number: number; prompt: string } | null;
  /** A higher number stops what runs. */
  stops: number;
  /** Told when its answer begins and ends, and when the column goes. */
  onRunning(isRunning: boolean): void;
  onRemove(): void;
}

const ENDS = {
  done: ["check", "c-ok", "activity_status_finished"],
  stopped: ["stop", "m2", "activity_status_cancelled"],
  failed: ["failed", "c-danger", "activity_status_failed"],
} as const;

/** One model's answer; a column that fails shows why and delays no other. */
export function CompareColumn({ model, ask, round, stops, onRunning, onRemove }: Props) {
  const { answer, run, stop } = useAnswer(ask);
  const again = () => {
    if (round !== null) void run({ model: model.id, messages: [{ role: "user", content: round.prompt }] });
  };
  useEffect(stop, [stops]); // Before the asking: a column that is added later asks at once, whatever was stopped before.
  useEffect(again, [round?.number]);
  const running = answer.state === "waiting" || answer.state === "writing";
  useEffect(() => {
    onRunning(running);
    return () => onRunning(false);
  }, [running]);
  const place = useRef<HTMLElement>(null);
  /** The button that was pressed goes. */
  const keep = (deed: () => void) => () => {
    deed();
    place.current?.focus();
  };
  return (
    <section aria-label={model.name} ref={place} tabIndex={-1}>
      <header class="chead row">
        <Monogram text={modelInitials(model.name)} size="sm" />
        <span class="two grow">
          <span class="b t13 cut ln">{model.name}</span>
          <span class="t12 m3 cut ln">{model.satchel.provider_name}</span>
        </span>
        {running ? (
          <button
            type="button"
            class="btn sm"
            aria-label={t("live_stopFor", { site: model.name })}
            onClick={keep(stop)}
          >
            <Icon name="stop" small />
            {t("live_stop")}
          </button>
        ) : (
          <End of={answer.state} />
        )}
        <button
          type="button"
          class="btn icon sm quiet"
          aria-label={t("compare_remove", { name: model.name })}
          onClick={onRemove}
        >
          <Icon name="close" small />
        </button>
      </header>
      <div class="out">
        {answer.state === "waiting" && <p class="m3">{t("live_waiting")}</p>}
        {answer.text !== "" && <MarkdownView text={answer.text} writing={running} />}
        {!running && answer.text !== "" && <CopyButton text={answer.text} label={t("copy_answer")} />}
        {answer.error !== null && (
          <div class="stack">
            <Note kind="danger">
              <p>{answer.error}</p>
            </Note>
            <button type="button" class="btn sm" onClick={keep(again)}>
              <Icon name="refresh" />
              {t("popup_again")}
            </button>
          </div>
        )}
      </div>
      <Figures of={answer} />
    </section>
  );
}

function End({ of: state }: { of: Answer["state"] }) {
  if (state !== "done" && state !== "stopped" && state !== "failed") return null;
  const [icon, tone, word] = ENDS[state];
  return (
    <span class={`st ${tone}`}>
      <Icon name={icon} />
      {t(word)}
    </span>
  );
}

function Figures({ of: answer }: { of: Answer }) {
  const { firstMs, tookMs, end } = answer;
  const tokens =
    end === null ? "–" : `${formatTokens(end.usage.inputTokens)} + ${formatTokens(end.usage.outputTokens)}`;
  const facts = [
    [t("activity_first"), firstMs === null ? "–" : formatDuration(firstMs)],
    [t("activity_took"), tookMs === null ? "–" : formatDuration(tookMs)],
    [t("compare_tokens"), tokens],
    [t("activity_cost"), costWords(answer)],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
