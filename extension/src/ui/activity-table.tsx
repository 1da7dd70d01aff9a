import type { Generation } from "../wire/generation";
import { costOf } from "./cost-of";
import { formatDuration } from "./format-duration";
import { formatMoment } from "./format-moment";
import { formatTokens } from "./format-tokens";
import { GenerationStatus } from "./generation-status";
import { OriginName } from "./origin-name";
import { SiteMonogram } from "./site-monogram";
import { t } from "./t";

interface Props {
  generations: readonly Generation[];
  nameOf(generation: Generation): string;
  chosen: string | null;
  onChoose(id: string): void;
}

/** Generations as a table, cost last but for the time; a press on one opens it. */
export function ActivityTable({ generations, nameOf, chosen, onChoose }: Props) {
  return (
    <div class="tablewrap">
      <table class="table dense">
        <thead>
          <tr>
            <th scope="col">{t("activity_who")}</th>
            <th scope="col" class="hide-n">
              {t("models_model")}
            </th>
            <th scope="col" class="hide-n">
              {t("activity_status")}
            </th>
            <th scope="col" class="num hide-n wide-only">
              {t("activity_inOut")}
            </th>
            <th scope="col" class="num hide-n wide-only">
              {t("activity_took")}
            </th>
            <th scope="col" class="num">
              {t("activity_cost")}
            </th>
            <th scope="col" class="num hide-n">
              {t("activity_when")}
            </th>
          </tr>
        </thead>
        <tbody>
          {generations.map((each) => (
            <Row
              key={each.id}
              generation={each}
              modelName={nameOf(each)}
              chosen={each.id === chosen}
              onChoose={() => onChoose(each.id)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  generation: Generation;
  modelName: string;
  chosen: boolean;
  onChoose(): void;
}

function Row({ generation, modelName, chosen, onChoose }: RowProps) {
  const { usage, origin, app, said, started_at: startedAt, duration_ms: took } = generation;
  const at = new Date(startedAt);
  const when = formatMoment(at, new Date());
  return (
    <tr aria-selected={chosen}>
      <th scope="row" class="flex1">
        <span class="row g3">
          <SiteMonogram origin={origin ?? app ?? "?"} size="sm" />
          <span class="grow">
            <button type="button" class="linklike plain-origin" aria-expanded={chosen} onClick={onChoose}>
              {origin === null ? (app ?? t("activity_unnamed")) : <OriginName origin={origin} />}
            </button>
            <span class="sub narrow cut">{[GenerationStatus.word(generation), modelName, when].join(" · ")}</span>
          </span>
        </span>
      </th>
      <td class="hide-n namecell">{modelName}</td>
      <td class="hide-n">
        <GenerationStatus.Mark of={generation} />
      </td>
      <td class="num hide-n wide-only m2">
        {said === undefined ? `${formatTokens(usage.input_tokens)} / ${formatTokens(usage.output_tokens)}` : "–"}
      </td>
      <td class="num hide-n wide-only m2">{took === null ? "–" : formatDuration(took)}</td>
      <td class="num">{costOf(generation)}</td>
      <td class="num m3 hide-n nw">
        <time dateTime={startedAt} title={`${at.toLocaleString()} · ${at.toISOString()}`}>
          {when}
        </time>
      </td>
    </tr>
  );
}
