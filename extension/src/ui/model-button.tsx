import type { Ref } from "preact";
import type { Model } from "../wire/model";
import { formatContext } from "./format-context";
import { Icon } from "./icon";
import { modelInitials } from "./model-initials";
import { modelPrice } from "./model-price";
import { Monogram } from "./monogram";
import { placeWords } from "./place-words";
import { t } from "./t";

interface Props {
  model: Model | null;
  /** What the second line starts with: “Your default”. */
  role: string;
  /** Where the focus belongs once the picker has closed. */
  place?: Ref<HTMLButtonElement | null>;
  onPick(): void;
}

/** The chosen model with its price beside it; opens the picker. */
export function ModelButton({ model, role, place = null, onPick }: Props) {
  if (model === null) {
    return (
      <button ref={place} type="button" class="pickbtn" aria-haspopup="listbox" onClick={onPick}>
        <Monogram text="?" />
        <span class="two">
          <span class="ln cut">{t("model_none")}</span>
          <span class="ln cut">{t("model_chooseOne")}</span>
        </span>
        <Icon name="choose" small />
      </button>
    );
  }
  const price = modelPrice(model);
  const context =
    model.context_length === null ? null : t("model_context", { size: formatContext(model.context_length) });
  const hint = model.description?.startsWith("Tiny") ? t("model_tiny") : context;
  return (
    <button
      ref={place}
      type="button"
      class="pickbtn"
      aria-haspopup="listbox"
      title={t("model_change")}
      onClick={onPick}
    >
      <Monogram text={modelInitials(model.name)} />
      <span class="two">
        <span class="ln cut">{model.name}</span>
        <span class="ln cut">{[role, hint].filter(Boolean).join(" · ")}</span>
      </span>
      <span class="t12 m3 pricecell">
        <span class="m2 ln t13">{price.kind === "priced" ? `${price.input} / ${price.output}` : price.input}</span>
        {price.kind === "priced" ? t("model_perMtok") : placeWords(model, t("model_stays"))}
      </span>
      <Icon name="choose" small />
    </button>
  );
}
