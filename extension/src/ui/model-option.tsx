import type { Model } from "../wire/model";
import { formatContext } from "./format-context";
import { Icon } from "./icon";
import { modelInitials } from "./model-initials";
import { modelPrice } from "./model-price";
import { Monogram } from "./monogram";
import { placeWords } from "./place-words";
import { t } from "./t";

interface Props {
  id: string;
  model: Model;
  chosen: boolean;
  active: boolean;
  favourite: boolean;
  onChoose(): void;
}

function secondLine(model: Model): string {
  if (!model.satchel.available) return model.satchel.reason ?? t("model_notNow");
  const context = model.context_length === null ? null : formatContext(model.context_length);
  const stays = placeWords(model, t("model_stays"));
  const { key_label: label, provider_name: provider } = model.satchel;
  return [label ? `${provider}, ${label}` : provider, context, stays].filter(Boolean).join(" · ");
}

/** One line of the picker: name, providers, context, and the price beside it. */
export function ModelOption({ id, model, chosen, active, favourite, onChoose }: Props) {
  const price = modelPrice(model);
  const disabled = !model.satchel.available;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above handles the keys of its listbox
    // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the combobox, as aria-activedescendant asks
    <div
      id={id}
      class={`opt ${active ? "active" : ""}`}
      role="option"
      aria-selected={chosen}
      aria-disabled={disabled}
      onClick={disabled ? undefined : onChoose}
    >
      <Monogram text={modelInitials(model.name)} size="sm" />
      <span class="two">
        <span class="row g1">
          <span class="cut">{model.name}</span>
          {favourite && <Icon name="star" small class="c-brass" />}
        </span>
        <span class="ln cut">{secondLine(model)}</span>
      </span>
      {!disabled && (
        <span class="amt">
          <span>{price.input}</span>
          <span>{price.output}</span>
        </span>
      )}
      {chosen && <Icon name="check" small />}
    </div>
  );
}
