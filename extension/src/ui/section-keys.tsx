import { useRef, useState } from "preact/hooks";
import type { Key } from "../wire/key";
import { DoomDialog } from "./doom-dialog";
import { EmptyCard } from "./empty-card";
import { KeyForm } from "./key-form";
import { KeyRow } from "./key-row";
import { LoadState } from "./load-state";
import type { OptionsSource } from "./options-source";
import { SectionHead } from "./section-head";
import { t } from "./t";
import { useLoaded } from "./use-loaded";
import { VaultCard } from "./vault-card";

async function load(source: OptionsSource) {
  const [keys, providers] = await Promise.all([source.keys(), source.providers()]);
  return { keys, providers };
}

/** Which keys and servers there are, do they work, and a form for one more, at first of the provider that the address names. */
export function SectionKeys({ source, item }: { source: OptionsSource; item: string | null }) {
  const { value, error, busy, reload } = useLoaded(() => load(source));
  const [doomed, doom] = useState<Key | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const nameOf = (key: Key) =>
    key.label ?? value?.providers.find(({ slug }) => slug === key.provider)?.name ?? key.provider;
  const removed = () => {
    doom(null);
    reload();
    place.current?.focus();
  };
  return (
    <>
      <SectionHead title={t("options_keys")} />
      <VaultCard door={source.vaultDoor} onUnlocked={reload} />
      <LoadState waiting={value === null} error={error} busy={busy} onRetry={reload} />
      {value !== null && (
        <div class="sites">
          <div class="stack s3" ref={place} tabIndex={-1}>
            {value.keys.length === 0 ? (
              <EmptyCard title={t("keys_none")} text={t("keys_noneText")} />
            ) : (
              <ul class="card list">
                {value.keys.map((key) => (
                  <KeyRow
                    key={key.id}
                    shown={key}
                    name={nameOf(key)}
                    source={source}
                    onChange={reload}
                    onDelete={() => doom(key)}
                  />
                ))}
              </ul>
            )}
          </div>
          <KeyForm providers={value.providers} source={source} wanted={item} onSaved={reload} />
        </div>
      )}
      {doomed !== null && (
        <DoomDialog
          question={t("keys_doom", { name: nameOf(doomed), host: new URL(doomed.base_url).host })}
          text={t("keys_doomText")}
          keep={t("keys_keep")}
          doom={t("keys_deleteKey")}
          deed={() => source.deleteKey(doomed.id)}
          onKept={() => doom(null)}
          onDone={removed}
        />
      )}
    </>
  );
}
