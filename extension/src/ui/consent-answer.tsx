import type { ConsentQuestion } from "../wire/consent-question";
import type { Model } from "../wire/model";
import { formatAtMost } from "./format-at-most";
import { Icon } from "./icon";
import { modelInitials } from "./model-initials";
import { modelPrice } from "./model-price";
import { Monogram } from "./monogram";
import { placeWords } from "./place-words";
import { t } from "./t";
import { worstCost } from "./worst-cost";

interface Props {
  question: ConsentQuestion;
  model: Model | null;
  onPick(): void;
}

function priceLine(model: Model): string {
  const price = modelPrice(model);
  const name = model.satchel.provider_name;
  if (price.kind === "priced") return `${name} · ${t("model_inOut", { input: price.input, output: price.output })}`;
  return [name, price.input, placeWords(model, t("model_staysLong"))].filter(Boolean).join(" · ");
}

function Worst({ question, model }: { question: ConsentQuestion; model: Model }) {
  const cost = worstCost(model, question);
  const what = question.requests > 1 ? t("consent_theseRequests") : t("consent_thisRequest");
  if (cost === null)
    return <span class="end t12 m3">{model.satchel.local ? t("consent_free") : t("consent_unknown")}</span>;
  if (cost === 0)
    return <span class="end t12 m3">{model.satchel.local ? t("consent_free") : t("consent_freeElsewhere")}</span>;
  return (
    <span class="end t12 m3">
      {what}
      <b class="b ink">{formatAtMost(cost)}</b>
    </span>
  );
}

/** Which model answers and what this can cost at most; a press opens the picker. */
export function ConsentAnswer({ question, model, onPick }: Props) {
  return (
    <section class="stack s1" aria-labelledby="answered">
      <div class="row">
        <h2 class="h4" id="answered">
          {t("consent_answeredBy")}
        </h2>
        {model !== null && <Worst question={question} model={model} />}
      </div>
      <button type="button" class="pickbtn" aria-haspopup="listbox" title={t("model_change")} onClick={onPick}>
        <Monogram text={model === null ? "?" : modelInitials(model.name)} />
        <span class="two">
          <span class="ln cut">{model?.name ?? t("consent_needsModel")}</span>
          <span class="ln cut">{model === null ? "" : priceLine(model)}</span>
        </span>
        <Icon name="choose" small />
      </button>
    </section>
  );
}
