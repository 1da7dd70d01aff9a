import { costOf } from "@ui/cost-of";
import { FailedAttempts } from "@ui/failed-attempts";
import { formatDuration } from "@ui/format-duration";
import { Icon } from "@ui/icon";
import { Monogram } from "@ui/monogram";
import { OriginName } from "@ui/origin-name";
import { SiteMonogram } from "@ui/site-monogram";
import type { FailedAttempt, Generation } from "@wire/generation";
import type { JSX } from "preact";
import { formatMoment } from "../format/formatMoment";
import { countsOf } from "./countsOf";
import type { PortalApi } from "./PortalApi";
import { type StatusLook, statusOf } from "./statusOf";
import { useModelNames } from "./useModelNames";

interface Props {
  api: PortalApi;
  generations: readonly Generation[];
  reload(): Promise<void>;
  /** Fewer columns, for Home. */
  brief?: boolean;
}

/** Generations, newest first. Cost is last but for the time. */
export function ActivityTable({ api, generations, reload, brief }: Props): JSX.Element {
  const nameOf = useModelNames(api);
  return (
    <div class="tablewrap">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Site</th>
            <th scope="col" class="hide-n">
              Model
            </th>
            <th scope="col" class="hide-n">
              Status
            </th>
            {brief || (
              <th scope="col" class="num hide-n">
                Tokens in, out
              </th>
            )}
            {brief || (
              <th scope="col" class="num hide-n wide-only">
                First token
              </th>
            )}
            <th scope="col" class="num hide-n">
              Duration
            </th>
            <th scope="col" class="num">
              Cost
            </th>
            <th scope="col" class="num hide-n">
              Time
            </th>
          </tr>
        </thead>
        <tbody>
          {generations.map((generation) => (
            <Row key={generation.id} {...{ api, generation, reload, nameOf, brief: brief ?? false }} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  api: PortalApi;
  generation: Generation;
  reload(): Promise<void>;
  nameOf(model: string): string;
  brief: boolean;
}

function Row({ api, generation, reload, nameOf, brief }: RowProps): JSX.Element {
  const { origin, first_event_ms, duration_ms } = generation;
  const caller = generation.app ?? "Your token";
  const started = new Date(generation.started_at);
  const at = formatMoment(started, new Date());
  const status = statusOf(generation);
  const model = generation.model ?? generation.requested_model;
  return (
    <tr>
      <th scope="row" class="flex1">
        <span class="row g3">
          {origin ? <SiteMonogram origin={origin} size="sm" /> : <Monogram text={caller.slice(0, 1)} size="sm" />}
          <span class="grow">
            <span class="site-name">
              {origin ? <OriginName origin={origin} scheme={!origin.startsWith("https:")} /> : <bdi>{caller}</bdi>}
            </span>
            <span class="sub narrow cut">
              {status.word} · {nameOf(model)} · {at}
            </span>
            {brief || <Tries of={generation.failed_attempts ?? []} />}
          </span>
        </span>
      </th>
      <td class="hide-n model-cell">
        <bdi title={model}>{nameOf(model)}</bdi>
        <span class="sub">{generation.provider}</span>
      </td>
      <td class="hide-n">
        <Status look={status} stop={() => api.stop(generation).then(reload)} />
      </td>
      {brief || <td class="num hide-n m2">{countsOf(generation)}</td>}
      {brief || (
        <td class="num hide-n wide-only m2">{first_event_ms === null ? "–" : formatDuration(first_event_ms)}</td>
      )}
      <td class="num hide-n m2">{duration_ms === null ? "–" : formatDuration(duration_ms)}</td>
      <td class="num">{costOf(generation)}</td>
      <td class="num m3 hide-n">
        <time dateTime={generation.started_at} title={`${started.toLocaleString()} (${started.toISOString()})`}>
          {at}
        </time>
      </td>
    </tr>
  );
}

function Tries({ of: failed }: { of: readonly FailedAttempt[] }): JSX.Element | null {
  if (failed.length === 0) return null;
  return (
    <details class="tries">
      <summary>
        {failed.length === 1 ? "1 endpoint did not answer" : `${failed.length} endpoints did not answer`}
      </summary>
      <FailedAttempts of={failed} />
    </details>
  );
}

function Status({ look, stop }: { look: StatusLook; stop(): Promise<void> }): JSX.Element {
  if (look.icon === null) {
    return (
      <span class="row g15">
        <span class="st c-acc">
          <span class="dot live" aria-hidden="true" />
          {look.word}
        </span>
        <button type="button" class="btn sm" onClick={() => void stop()}>
          Stop
        </button>
      </span>
    );
  }
  return (
    <span class={`st ${look.tone}`} title={look.detail ?? undefined}>
      <Icon name={look.icon} />
      {look.word}
    </span>
  );
}
