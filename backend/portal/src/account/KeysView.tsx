import { DoomDialog } from "@ui/doom-dialog";
import { Monogram } from "@ui/monogram";
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { formatDay } from "../format/formatMoment";
import { AddKeyForm } from "./AddKeyForm";
import { Empty } from "./Empty";
import type { Key } from "./Key";
import { keyNames } from "./keyNames";
import { Loading } from "./Loading";
import { PageHead } from "./PageHead";
import { ResourceNote } from "./ResourceNote";
import { VaultSection } from "./VaultSection";
import type { ViewProps } from "./ViewProps";

/** Which keys and servers there are, and a form for one more. */
export function KeysView(props: ViewProps): JSX.Element {
  const { api, keys } = props;
  const [doomed, doom] = useState<Key | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const deleted = async () => {
    doom(null);
    heading.current?.focus();
    await keys.reload();
  };
  return (
    <div class="page">
      <PageHead title="Keys & vault" />
      <VaultSection {...props} />
      {keys.error && <ResourceNote error={keys.error} retry={keys.reload} />}
      <div class="sites">
        <section class="sect" aria-labelledby="keys">
          <div class="shead">
            <h2 class="h2" id="keys" ref={heading} tabIndex={-1}>
              Keys and servers
            </h2>
          </div>
          {keys.data && keys.data.length > 0 && <KeyTable keys={keys.data} doom={doom} />}
          {keys.data?.length === 0 && (
            <Empty
              title="No key yet"
              text="The built-in model needs none, and servers on this computer are found by themselves. Add a key for models elsewhere."
            />
          )}
          {!keys.data && !keys.error && <Loading rows={3} what="keys" />}
        </section>
        <AddKeyForm {...props} />
      </div>
      {doomed && (
        <DoomDialog
          question={`Delete the key “${keyNames(doomed)[0]}” for ${new URL(doomed.base_url).host}?`}
          text="Models that only this key reaches stop answering. The key itself stays valid at the provider until you revoke it there."
          keep="Keep it"
          doom="Delete key"
          deed={() => api.deleteKey(doomed)}
          onKept={() => doom(null)}
          onDone={() => void deleted()}
        />
      )}
    </div>
  );
}

function KeyTable({ keys, doom }: { keys: readonly Key[]; doom(key: Key): void }): JSX.Element {
  return (
    <div class="tablewrap">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Provider</th>
            <th scope="col" class="hide-n">
              Key
            </th>
            <th scope="col" class="hide-n">
              Address
            </th>
            <th scope="col" class="num hide-n">
              Added
            </th>
            <th scope="col" class="num">
              <span class="sr">Delete</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <KeyRow key={key.id} shown={key} doom={() => doom(key)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function KeyRow({ shown, doom }: { shown: Key; doom(): void }): JSX.Element {
  const [name, kind] = keyNames(shown);
  const end = shown.last4 ? `…${shown.last4}` : "no key";
  return (
    <tr>
      <th scope="row" class="flex1">
        <span class="row g3">
          <Monogram text={name.slice(0, 2)} size="sm" />
          <span class="grow">
            <span class="b cut site-name">{name}</span>
            {kind && <span class="sub cut">{kind}</span>}
            <span class="sub narrow cut">
              {end} · {shown.base_url}
            </span>
          </span>
        </span>
      </th>
      <td class={`hide-n nw ${shown.last4 ? "mono" : "m3"}`}>{end}</td>
      <td class="hide-n m2 address">
        <bdi dir="ltr">{shown.base_url}</bdi>
      </td>
      <td class="num hide-n m2">{formatDay(new Date(shown.created_at), false)}</td>
      <td class="num">
        <button type="button" class="btn sm" aria-label={`Delete ${name}, ${end}`} onClick={doom}>
          Delete…
        </button>
      </td>
    </tr>
  );
}
