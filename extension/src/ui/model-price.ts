import type { Model } from "../wire/model";
import { formatPrice } from "./format-price";
import { t } from "./t";

interface ModelPrice {
  kind: "free" | "priced" | "unknown";
  input: string;
  output: string;
}

/** A model's price for showing: only what runs without a key and costs nothing is called free. */
export function modelPrice(model: Model): ModelPrice {
  const { price } = model.satchel;
  if (price === null) {
    return model.satchel.local
      ? { kind: "free", input: t("model_free"), output: "" }
      : { kind: "unknown", input: t("model_unknown"), output: "" };
  }
  const isFree = Number(price.input_usd_per_mtok) === 0 && Number(price.output_usd_per_mtok) === 0;
  if (isFree) return { kind: "free", input: t("model_free"), output: "" };
  return {
    kind: "priced",
    input: formatPrice(price.input_usd_per_mtok),
    output: formatPrice(price.output_usd_per_mtok),
  };
}
