import { Icon } from "@ui/icon";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Empty } from "../account/Empty";
import { Loading } from "../account/Loading";
import { PageHead } from "../account/PageHead";
import { ResourceNote } from "../account/ResourceNote";
import { useResource } from "../account/useResource";
import type { ViewProps } from "../account/ViewProps";
import { browserOf } from "../format/browserOf";
import { formatMoment } from "../format/formatMoment";
import type { Act } from "./Act";
import { useDeed } from "./useDeed";
import { wordsOfAct } from "./wordsOfAct";

/** What was done to the account, by whom? */
export function AuditView({ api }: ViewProps): JSX.Element {
  const first = useResource(() => api.acts());
  const [older, setOlder] = useState<Act[]>([]);
  const [next, setNext] = useState<number | null | undefined>(undefined);
  const deed = useDeed();
  const before = next === undefined ? (first.data?.next_before ?? null) : next;
  const more = () =>
    void deed.run(async () => {
      const page = await api.acts(before ?? undefined);
      setOlder((shown) => [...shown, ...page.data]);
      setNext(page.next_before);
    });
  const shown = [...(first.data?.data ?? []), ...older];
  return (
    <div class="page">
      <PageHead title="What happened">
        <span class="t13 m3">nothing here can be changed or removed</span>
      </PageHead>
      {first.error && <ResourceNote error={first.error} retry={first.reload} />}
      {!first.data && !first.error && <Loading rows={6} what="acts" />}
      {first.data && shown.length === 0 && (
        <Empty
          title="Nothing happened yet"
          text="Sign-ins, keys, tokens and what you decide about sites is listed here."
        />
      )}
      {shown.length > 0 && (
        <ol class="card list security-list acts" aria-label="What happened, newest first">
          {shown.map((act) => (
            <ActRow key={act.number} act={act} />
          ))}
        </ol>
      )}
      {deed.error && <ResourceNote error={deed.error} />}
      {before !== null && (
        <div>
          <button type="button" class="btn" aria-busy={deed.busy} onClick={more}>
            Older
          </button>
        </div>
      )}
    </div>
  );
}

function ActRow({ act }: { act: Act }): JSX.Element {
  const { words, icon } = wordsOfAct(act.act);
  const isBrowser = act.act === "signed_in" || act.act === "proved";
  const about = isBrowser ? browserOf(act.about) : (act.about ?? act.subject);
  return (
    <li class="item">
      <Icon name={icon} />
      <span class="grow">
        <span class="t13">{words}</span>
        <span class={`sub t12 m3 wrap-anywhere ${!isBrowser && act.about === null ? "mono" : ""}`}>
          <bdi>{about}</bdi>
        </span>
      </span>
      <time class="t12 m2 nw" dateTime={act.at}>
        {formatMoment(new Date(act.at), new Date())}
      </time>
    </li>
  );
}
