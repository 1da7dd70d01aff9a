import type { Model } from "../wire/model";
import type { ProviderChange } from "../wire/provider-change";
import { Icon } from "./icon";
import { ModelButton } from "./model-button";
import { Note } from "./note";
import { t } from "./t";

interface Props {
  change: ProviderChange;
  /** The model that is to be the default; null where none of them can answer. */
  model: Model | null;
  onPick(): void;
}

/** What becomes of a yes, and what stays as it is. */
export function ProviderTerms({ change, model, onPick }: Props) {
  if (change.kind === "default") return <Default model={model} onPick={onPick} />;
  return change.keys === null ? <Disconnected /> : <KeysGone keys={change.keys} />;
}

function Default({ model, onPick }: Omit<Props, "change">) {
  if (model === null)
    return (
      <Note kind="warn">
        <p>{t("provider_noModel")}</p>
      </Note>
    );
  return (
    <>
      <Changes yes={[t("provider_answers")]} no={[t("provider_limited"), t("provider_nothingElse")]} />
      <ModelButton model={model} role={model.satchel.provider_name} onPick={onPick} />
    </>
  );
}

function KeysGone({ keys }: { keys: NonNullable<ProviderChange["keys"]> }) {
  return (
    <>
      <Changes
        yes={[t("provider_keysGo", { count: keys.length }), t("provider_waits")]}
        no={[t("provider_keptThere")]}
      />
      <ul class="card list">
        {keys.map(({ id, name, label, last4 }) => (
          <li key={id} class="item">
            <Icon name="key" />
            <span class="anywhere">
              {[name, label].filter(Boolean).join(" · ")} {last4 !== null && <span class="mono">…{last4}</span>}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Disconnected() {
  return <Changes yes={[t("provider_disconnects"), t("provider_noAnswers")]} no={[t("provider_keptHere")]} />;
}

function Changes({ yes, no }: { yes: readonly string[]; no: readonly string[] }) {
  return (
    <ul class="can">
      {yes.map((words) => (
        <li key={words}>
          <Icon name="check" />
          {words}
        </li>
      ))}
      {no.map((words) => (
        <li key={words} class="no">
          <Icon name="block" />
          {words}
        </li>
      ))}
    </ul>
  );
}
