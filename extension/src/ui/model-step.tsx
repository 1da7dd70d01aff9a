import type { Ref } from "preact";
import { useState } from "preact/hooks";
import type { Model } from "../wire/model";
import { Icon } from "./icon";
import { modelInitials } from "./model-initials";
import { modelPrice } from "./model-price";
import { Monogram } from "./monogram";
import { OptionsSection } from "./options-section";
import { placeWords } from "./place-words";
import { Step } from "./step";
import { t } from "./t";

interface Props {
  models: readonly Model[];
  preferred: string | null;
  decided: boolean;
  /** Whether the choice is being kept. */
  busy: boolean;
  /** The button that opens the list of all. */
  opener: Ref<HTMLButtonElement | null>;
  error: string | null;
  onUse(model: Model): void;
  onPick(): void;
  onLater(): void;
  onChange(): void;
}

const OFFERED = 3;

/** Models to start with: what is chosen now, then what runs on the person's own computers, then what a key reaches. */
function offered(models: readonly Model[], preferred: string | null): Model[] {
  const usable = models.filter((model) => model.satchel.available);
  const rank = (model: Model) => (isOwn(model) && model.satchel.provider !== "builtin" ? 0 : 1);
  const sorted = [...usable].sort(
    (a, b) => rank(a) - rank(b) || Number(b.id === preferred) - Number(a.id === preferred),
  );
  const first = sorted.slice(0, OFFERED);
  const current = usable.find((model) => model.id === preferred);
  return current === undefined || first.includes(current) ? first : [...first.slice(0, OFFERED - 1), current];
}

function isOwn(model: Model): boolean {
  return placeWords(model, "here") !== "";
}

function describe(model: Model): string {
  const price = modelPrice(model);
  const cost = price.kind === "priced" ? t("model_inOut", { input: price.input, output: price.output }) : price.input;
  const [note = ""] = (model.description ?? "").split(/\.(?:\s|$)/);
  const tail = note === "" ? placeWords(model, t("first_stays")) : note.charAt(0).toLowerCase() + note.slice(1);
  return [model.satchel.provider_name, cost, tail].filter(Boolean).join(" · ");
}

/** Step two: who answers. */
export function ModelStep(props: Props) {
  const { models, preferred, decided, error } = props;
  const choices = offered(models, preferred);
  const [id, setId] = useState(preferred ?? choices[0]?.id ?? null);
  const current = models.find((model) => model.id === preferred) ?? null;
  if (decided && current !== null) {
    return (
      <Step
        number={2}
        state="done"
        title={t("first_chosen", { name: current.name })}
        hint={t("first_chosenHint")}
        action={
          <button type="button" class="btn sm quiet" onClick={props.onChange}>
            {t("first_change")}
          </button>
        }
      />
    );
  }
  const chosen = models.find((model) => model.id === id) ?? choices[0] ?? null;
  return (
    <Step number={2} state="now" title={t("first_choose")} hint={t("first_chooseHint")}>
      {choices.map((model) => (
        <label key={model.id} class="choice">
          <input type="radio" name="model" checked={chosen?.id === model.id} onChange={() => setId(model.id)} />
          <Monogram text={modelInitials(model.name)} />
          <span class="two">
            <span class="b ln">{model.name}</span>
            <span class="ln">{describe(model)}</span>
          </span>
          {model.satchel.local && (
            <span class="tag ok hide-n">
              <Icon name="this-computer" />
              {t("first_local")}
            </span>
          )}
        </label>
      ))}
      <a class="choice linked" href={OptionsSection.address("keys")} target="_blank" rel="noopener noreferrer">
        <span class="mg" aria-hidden="true">
          <Icon name="key" />
        </span>
        <span class="two">
          <span class="b ln">{t("first_haveKey")}</span>
          <span class="ln">{t("first_haveKeyHint")}</span>
        </span>
        <Icon name="right" small />
      </a>
      {error !== null && (
        <p class="hint err" role="alert">
          <Icon name="failed" small />
          <span>{error}</span>
        </p>
      )}
      <div class="row wrap gap-top">
        {chosen !== null && (
          <button type="button" class="btn primary lg" aria-busy={props.busy} onClick={() => props.onUse(chosen)}>
            {t("first_use", { name: chosen.name })}
          </button>
        )}
        {models.length > choices.length && (
          <button ref={props.opener} type="button" class="btn lg" onClick={props.onPick}>
            {t("first_all", { count: models.length })}
          </button>
        )}
        <button type="button" class="btn lg quiet" onClick={props.onLater}>
          {t("first_later")}
        </button>
      </div>
    </Step>
  );
}
