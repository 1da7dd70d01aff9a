import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Generation } from "../wire/generation";
import { codeWords } from "./code-words";
import { costOf } from "./cost-of";
import { errorWords } from "./error-words";
import { FailedAttempts } from "./failed-attempts";
import { formatDuration } from "./format-duration";
import { formatUsd } from "./format-usd";
import { GenerationStatus } from "./generation-status";
import { Icon } from "./icon";
import { language } from "./language";
import { Note } from "./note";
import { OriginName } from "./origin-name";
import { t } from "./t";
import { WhatWasSaid } from "./what-was-said";

interface Props {
  generation: Generation;
  modelName: string;
  onClose(): void;
  stop(): Promise<unknown>;
  onForget(): void;
}

const NUSD_PER_USD = 1_000_000_000;

/** One generation in full: who, what answered, how long, how many tokens, and the cost to the last micro-dollar. */
export function GenerationPanel({ generation, modelName, onClose, stop, onForget }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { origin, app, error_code: code, dropped, attempts, failed_attempts: failed = [] } = generation;
  return (
    <section class="panel pad stack s3" aria-labelledby="generation">
      <div class="row">
        <h2 class="h3" id="generation" ref={heading} tabIndex={-1}>
          {modelName}
        </h2>
        <button type="button" class="btn icon sm quiet end" aria-label={t("toast_close")} onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <GenerationStatus.Mark of={generation} />
      {generation.said !== undefined && <WhatWasSaid said={generation.said} />}
      {generation.status === "live" && <StopButton stop={stop} />}
      <dl class="dl">
        <Fact name={t("sites_site")}>
          {origin === null ? (app ?? t("activity_unnamed")) : <OriginName origin={origin} scheme />}
        </Fact>
        <Fact name={t("activity_asked")}>
          <bdi class="mono anywhere">{generation.requested_model}</bdi>
        </Fact>
        <Fact name={t("activity_answered")}>
          <bdi class="mono anywhere">{generation.model ?? "–"}</bdi>
        </Fact>
        <Fact name={t("keys_provider")}>{generation.provider || "–"}</Fact>
        {generation.direct && <Fact name={t("activity_way")}>{t("activity_direct")}</Fact>}
        {attempts !== undefined && attempts > 1 && <Fact name={t("activity_attempts")}>{String(attempts)}</Fact>}
        {failed.length > 0 && (
          <Fact name={t("activity_failed")}>
            <FailedAttempts of={failed} />
          </Fact>
        )}
        {code !== null && (
          <Fact name={t("activity_code")}>
            {codeWords(code, "")} <span class="mono m2">{code}</span>
          </Fact>
        )}
        {dropped !== undefined && dropped.length > 0 && (
          <Fact name={t("activity_dropped")}>
            <span class="mono">{dropped.join(", ")}</span>
          </Fact>
        )}
        {generation.said === undefined ? <Figures of={generation} /> : <When of={generation} />}
        <Fact name={t("activity_id")}>
          <span class="mono anywhere">{generation.id}</span>
        </Fact>
      </dl>
      {generation.status !== "live" && (
        <button type="button" class="btn sm" onClick={onForget}>
          {t("activity_forgetOne")}
        </button>
      )}
    </section>
  );
}

function StopButton({ stop }: { stop: Props["stop"] }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const go = () => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    stop()
      .catch((problem: unknown) => setFailure(errorWords(problem)))
      .finally(() => setBusy(false));
  };
  return (
    <>
      {failure !== null && (
        <Note kind="danger">
          <p>{failure}</p>
        </Note>
      )}
      <button type="button" class="btn sm" aria-busy={busy} onClick={go}>
        <Icon name="stop" small />
        {t("live_stop")}
      </button>
    </>
  );
}

function Figures({ of: generation }: { of: Generation }) {
  const { usage, cost, first_event_ms: first, duration_ms: took } = generation;
  const count = (tokens: number) => new Intl.NumberFormat(language.locale).format(tokens);
  return (
    <>
      <When of={generation} />
      <Fact name={t("activity_first")}>{first === null ? "–" : formatDuration(first)}</Fact>
      <Fact name={t("activity_took")}>{took === null ? "–" : formatDuration(took)}</Fact>
      <Fact name={t("activity_tokensIn")}>{count(usage.input_tokens)}</Fact>
      {usage.cached_tokens > 0 && <Fact name={t("activity_cached")}>{count(usage.cached_tokens)}</Fact>}
      <Fact name={t("activity_tokensOut")}>
        {usage.estimated ? t("activity_estimated", { tokens: count(usage.output_tokens) }) : count(usage.output_tokens)}
      </Fact>
      {usage.reasoning_tokens > 0 && <Fact name={t("activity_reasoning")}>{count(usage.reasoning_tokens)}</Fact>}
      <Fact name={t("activity_cost")}>
        <b class="b">{cost.known && cost.nusd > 0 ? formatUsd(cost.nusd / NUSD_PER_USD, 6) : costOf(generation)}</b>
      </Fact>
    </>
  );
}

function When({ of: { started_at: startedAt } }: { of: Generation }) {
  const full = { dateStyle: "medium", timeStyle: "medium" } as const;
  return (
    <Fact name={t("activity_when")}>
      <time dateTime={startedAt}>{new Intl.DateTimeFormat(language.locale, full).format(new Date(startedAt))}</time>
    </Fact>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
