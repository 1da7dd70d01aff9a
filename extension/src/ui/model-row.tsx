import { useLayoutEffect, useRef } from "preact/hooks";
import type { Model } from "../wire/model";
import { formatContext } from "./format-context";
import { Icon } from "./icon";
import { modelInitials } from "./model-initials";
import { modelPrice } from "./model-price";
import { Monogram } from "./monogram";
import { otherAbilities } from "./other-abilities";
import { t } from "./t";

interface Props {
  model: Model;
  chosen: boolean;
  /** Whether its choice is being kept. */
  busy: boolean;
  favourite: boolean;
  onUse(): void;
  onMark(): void;
}

const CAPABILITIES = { tools: "tool", images: "image", reasoning: "reasoning", audio: "audio" } as const;

/** One model: what it is, can, costs and keeps; a star, and a button to let it answer. */
export function ModelRow({ model, chosen, busy, favourite, onUse, onMark }: Props) {
  const { satchel } = model;
  const price = modelPrice(model);
  const prices = price.kind === "priced" ? `${price.input} / ${price.output}` : price.input;
  const others = otherAbilities(model);
  const context = model.context_length === null ? "–" : formatContext(model.context_length);
  const where = satchel.key_label ? `${satchel.provider_name}, ${satchel.key_label}` : satchel.provider_name;
  return (
    <tr aria-selected={chosen}>
      <th scope="row" class="flex1">
        <span class="row g3">
          <button
            type="button"
            class={`btn icon sm quiet star ${favourite ? "on" : ""}`}
            aria-pressed={favourite}
            aria-label={t("models_mark", { name: model.name })}
            onClick={onMark}
          >
            <Icon name="star" small />
          </button>
          <span class="hide-n">
            <Monogram text={modelInitials(model.name)} size="sm" />
          </span>
          <span class="grow">
            <span class="b ln cut">{model.name}</span>
            <span class="sub cut">{satchel.available ? where : (satchel.reason ?? t("model_notNow"))}</span>
            <span class="sub narrow cut">{[others, prices].filter(Boolean).join(" · ")}</span>
          </span>
        </span>
      </th>
      <td class="hide-n wide-only">
        {others === "" ? <Capabilities of={satchel.capabilities} /> : <span class="m3">{others}</span>}
      </td>
      <td class="num hide-n">{context}</td>
      <td class="num hide-n">{prices}</td>
      <td class="hide-n wide-only m2 nw">{wordsOf(model)}</td>
      <td class="num">
        <UseButton {...{ model, chosen, busy, onUse }} />
      </td>
    </tr>
  );
}

function wordsOf({ satchel }: Model): string {
  if (satchel.direct) return t("models_stayHere_direct");
  if (satchel.local) return t("models_stayHere");
  if (satchel.place === "server" || satchel.place === "network") return t(`models_at_${satchel.place}`);
  return t(`models_training_${satchel.data_policy?.training ?? "unknown"}`);
}

function Capabilities({ of: names }: { of: readonly string[] }) {
  const known = (Object.keys(CAPABILITIES) as (keyof typeof CAPABILITIES)[]).filter((name) => names.includes(name));
  if (known.length === 0) return <span class="m3">{t("models_text")}</span>;
  return (
    <span class="caps" role="img" aria-label={known.map((name) => t(`model_${name}`)).join(", ")}>
      {known.map((name) => (
        <Icon key={name} name={CAPABILITIES[name]} />
      ))}
    </span>
  );
}

/** Once it was pressed, a mark stands in its place and has the focus. */
function UseButton({ model, chosen, busy, onUse }: Pick<Props, "model" | "chosen" | "busy" | "onUse">) {
  const mark = useRef<HTMLSpanElement>(null);
  const wasChosen = useRef(chosen);
  useLayoutEffect(() => {
    if (chosen && !wasChosen.current && document.activeElement === document.body) mark.current?.focus();
    wasChosen.current = chosen;
  }, [chosen]);
  if (chosen) {
    return (
      <span class="tag ok" ref={mark} tabIndex={-1}>
        <Icon name="check" />
        {t("models_answers")}
      </span>
    );
  }
  if (!model.satchel.available || !model.satchel.capabilities.includes("chat")) return null;
  return (
    <button
      type="button"
      class="btn sm"
      aria-label={t("first_use", { name: model.name })}
      aria-busy={busy}
      onClick={onUse}
    >
      {t("models_use")}
    </button>
  );
}
