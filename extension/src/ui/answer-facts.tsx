import { formatBill } from "./format-bill";
import { formatDuration } from "./format-duration";
import { formatTokens } from "./format-tokens";
import { t } from "./t";
import type { Answer } from "./use-answer";

const NUSD_PER_USD = 1_000_000_000;

/** What an answer cost, as far as anybody knows. */
export function costWords({ end }: Answer): string {
  if (end === null) return "–";
  const { cost, usage } = end;
  return formatBill(
    { nusd: Math.round(cost.usd * NUSD_PER_USD), known: cost.known },
    usage.inputTokens + usage.outputTokens,
  );
}

/** One line under an answer: tokens, cost, time. */
export function AnswerFacts({ of: answer }: { of: Answer }) {
  const tokens = answer.end?.usage.outputTokens ?? null;
  const parts = [
    answer.state === "stopped" ? t("activity_status_cancelled") : null,
    tokens === null ? null : t("activity_tokens", { count: tokens, tokens: formatTokens(tokens) }),
    answer.end === null ? null : costWords(answer),
    answer.tookMs === null ? null : formatDuration(answer.tookMs),
  ];
  return <span class="nw">{parts.filter((part) => part !== null).join(" · ")}</span>;
}
