import { useEffect, useRef } from "preact/hooks";
import type { ConsentQuestion } from "../wire/consent-question";
import type { RequestFile, RequestTurn, RequestView, RequestWords } from "../wire/request-views";
import type { ConsentSource } from "./consent-source";
import { formatBytes } from "./format-bytes";
import { Icon } from "./icon";
import { LoadState } from "./load-state";
import { OriginName } from "./origin-name";
import { Sentence } from "./sentence";
import { t } from "./t";
import { useLoaded } from "./use-loaded";

interface Props {
  source: Pick<ConsentSource, "asked">;
  question: ConsentQuestion;
}

const ROLES = ["system", "developer", "user", "assistant", "tool"] as const;

/** What the site would send, word for word as plain text, before anybody has said yes. Nothing in it is loaded or followed. */
export function ConsentRequests({ source, question }: Props) {
  const { value, error, busy, reload } = useLoaded(() => source.asked(), question.requests);
  const place = useRef<HTMLElement>(null);
  useEffect(() => place.current?.focus(), []);
  const count = value?.requests.length ?? 0;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys must be able to scroll it
    <main class="cmain asked" ref={place} tabIndex={0} aria-labelledby="asked-title">
      <h1 class="t13" id="asked-title">
        <Sentence of="request_title" parts={{ site: <OriginName origin={question.origin} scheme /> }} />
      </h1>
      <LoadState waiting={value === null} error={error} busy={busy} onRetry={reload} />
      {question.requests > 1 && <p class="m2">{t("request_waiting", { count: question.requests })}</p>}
      {value !== null && count === 0 && <p class="m2">{t("request_none")}</p>}
      {value?.requests.map((request, index) => (
        <section key={index} class="stack" aria-label={t("request_number", { number: index + 1, count })}>
          {count > 1 && <h2 class="h3">{t("request_number", { number: index + 1, count })}</h2>}
          <Request request={request} />
        </section>
      ))}
      <LeftOut count={value?.leftOut ?? 0} of="request_requests" />
    </main>
  );
}

function Request({ request: { first, leftOut, last, settings } }: { request: RequestView }) {
  return (
    <>
      <Turns of={first} />
      <LeftOut count={leftOut} of="request_messages" />
      <Turns of={last} />
      {settings.length > 0 && (
        <>
          <p class="h4">{t("request_settings")}</p>
          <dl class="settings">
            {settings.map(({ name, words }) => (
              <div key={name}>
                <dt class="mono">{name}</dt>
                <dd class="mono">
                  <Words of={words} />
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </>
  );
}

function Turns({ of: turns }: { of: readonly RequestTurn[] }) {
  return (
    <>
      {turns.map(({ role, parts, leftOut }, index) => (
        <div key={index} class="turn">
          {role !== null && <p class="h4">{roleWords(role)}</p>}
          {parts.map((part, number) =>
            part.kind === "text" ? <Words key={number} of={part} /> : <File key={number} of={part} />,
          )}
          <LeftOut count={leftOut} of="request_parts" />
        </div>
      ))}
    </>
  );
}

/** A role that we do not know is quoted, as is all else that the site wrote. */
function roleWords(role: string): string {
  const known = ROLES.find((name) => name === role);
  return known === undefined ? `“${role}”` : t(`request_role_${known}`);
}

function Words({ of: { text, leftOut } }: { of: RequestWords }) {
  return (
    <>
      <p class="verbatim" dir="auto">
        {text}
      </p>
      <LeftOut count={leftOut} of="request_characters" />
    </>
  );
}

function File({ of: { kind, name, bytes, picture } }: { of: RequestFile }) {
  return (
    <>
      <p class="row g15">
        <Icon name={kind} small />
        <span>{t(`request_${kind}`)}</span>
        {name !== null && (
          <bdi class="mono anywhere" dir="ltr">
            {name}
          </bdi>
        )}
        {bytes !== null && <span class="m3 nw">{formatBytes(bytes)}</span>}
      </p>
      {picture !== null && <img class="thumb" src={picture} alt={t("request_image")} />}
    </>
  );
}

interface LeftOutProps {
  count: number;
  of: "request_characters" | "request_messages" | "request_parts" | "request_requests";
}

/** How much is not shown: never nothing said about it. */
function LeftOut({ count, of: key }: LeftOutProps) {
  return count === 0 ? null : <p class="t12 m3">{t(key, { count })}</p>;
}
