import type { ModelFilter } from "./model-filter";
import { t } from "./t";

type Limits = Pick<ModelFilter, "price" | "privacy">;

interface Props extends Limits {
  /** In a picker, where rows are many and room is little. */
  small?: boolean;
  onChange(change: Partial<Limits>): void;
}

const PRICES = ["any", "free", "1", "10"] as const;
const PRIVACIES = ["any", "untrained", "here"] as const;

/** What a model may cost at most, and what may happen to the words. */
export function ModelLimits({ price, privacy, small = false, onChange }: Props) {
  const size = small ? "in small" : "in";
  return (
    <>
      <select
        class={size}
        name="price"
        aria-label={t("models_price")}
        value={price}
        onChange={(event) => onChange({ price: event.currentTarget.value as Limits["price"] })}
      >
        {PRICES.map((each) => (
          <option key={each} value={each}>
            {t(`models_price_${each}`)}
          </option>
        ))}
      </select>
      <select
        class={size}
        name="privacy"
        aria-label={t("models_privacy")}
        value={privacy}
        onChange={(event) => onChange({ privacy: event.currentTarget.value as Limits["privacy"] })}
      >
        {PRIVACIES.map((each) => (
          <option key={each} value={each}>
            {t(`models_privacy_${each}`)}
          </option>
        ))}
      </select>
    </>
  );
}
