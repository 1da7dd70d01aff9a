import { useState } from "preact/hooks";
import { t } from "./t";

interface Props {
  own: string | null;
  /** Rejects with a sentence for the person. */
  onSave(address: string): Promise<void>;
}

/** The address of one more model server; an empty one takes it away. */
export function DirectAddress({ own, onSave }: Props) {
  const [address, setAddress] = useState(own ?? "");
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const save = (event: Event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setFault(null);
    onSave(address)
      .catch((problem: Error) => setFault(problem.message))
      .finally(() => setBusy(false));
  };
  return (
    <form class="setting" onSubmit={save}>
      <div class="field words">
        <label for="direct-address">{t("direct_address")}</label>
        <input
          id="direct-address"
          class="in mono"
          value={address}
          spellcheck={false}
          autocomplete="off"
          aria-invalid={fault !== null}
          aria-describedby="direct-address-hint"
          onInput={(event) => setAddress(event.currentTarget.value)}
        />
        <p
          class={`hint anywhere ${fault === null ? "" : "err"}`}
          id="direct-address-hint"
          role={fault === null ? undefined : "alert"}
        >
          {fault ?? t("direct_addressHint")}
        </p>
      </div>
      <button type="submit" class="btn sm" aria-busy={busy}>
        {t("direct_save")}
      </button>
    </form>
  );
}
