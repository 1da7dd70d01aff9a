import type { Generation } from "../wire/generation";
import { costOf } from "./cost-of";
import { formatMoment } from "./format-moment";
import { formatTokens } from "./format-tokens";
import { OptionsSection } from "./options-section";
import { OriginName } from "./origin-name";
import { SiteMonogram } from "./site-monogram";
import { t } from "./t";

interface Props {
  generation: Generation;
  modelName: string;
  now: Date;
}

/** One line of activity: site, model, tokens in and out, and last and right what it cost. */
export function ActivityRow({ generation, modelName, now }: Props) {
  const { usage, started_at: startedAt, origin, app } = generation;
  const at = new Date(startedAt);
  const count = usage.input_tokens + usage.output_tokens;
  const tokens = t("activity_tokens", { count, tokens: formatTokens(count) });
  const status = generation.status === "finished" ? null : t(`status_${generation.status}`);
  const facts = [status, generation.error_code, modelName, tokens].filter(Boolean).join(" · ");
  return (
    <li>
      <a
        class="item"
        href={OptionsSection.address("activity", generation.id)}
        target="_blank"
        rel="noopener noreferrer"
      >
        <SiteMonogram origin={origin ?? app ?? "?"} size="sm" />
        <span class="two">
          <span class="ln cut plain-origin">
            {origin === null ? (app ?? t("activity_unnamed")) : <OriginName origin={origin} />}
          </span>
          <span class="ln cut">{facts}</span>
        </span>
        <span class="amt">
          <span>{costOf(generation)}</span>
          <time dateTime={startedAt} title={`${at.toLocaleString()} · ${at.toISOString()}`}>
            {formatMoment(at, now)}
          </time>
        </span>
      </a>
    </li>
  );
}
