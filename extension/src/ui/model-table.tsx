import { useState } from "preact/hooks";
import type { Model } from "../wire/model";
import { ModelRow } from "./model-row";
import { t } from "./t";

interface Props {
  models: readonly Model[];
  chosen: string | null;
  /** The one whose choice is being kept. */
  using: string | null;
  favourites: ReadonlySet<string>;
  onUse(model: Model): void;
  onMark(id: string): void;
}

const SHOWN_AT_FIRST = 100;

/** Models as a table: the chosen one and the marked ones first, what cannot be used now last. */
export function ModelTable({ models, chosen, using, favourites, onUse, onMark }: Props) {
  const [shown, setShown] = useState(SHOWN_AT_FIRST);
  const rank = (model: Model) =>
    model.id === chosen ? 0 : !model.satchel.available ? 3 : favourites.has(model.id) ? 1 : 2;
  const sorted = [...models].sort((a, b) => rank(a) - rank(b));
  return (
    <>
      <div class="tablewrap">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t("models_model")}</th>
              <th scope="col" class="hide-n wide-only">
                {t("models_can")}
              </th>
              <th scope="col" class="num hide-n">
                {t("models_context")}
              </th>
              <th scope="col" class="num hide-n">
                {t("models_prices")}
              </th>
              <th scope="col" class="hide-n wide-only">
                {t("models_words")}
              </th>
              <th scope="col" class="num">
                <span class="sr">{t("models_choice")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, shown).map((model) => (
              <ModelRow
                key={model.id}
                model={model}
                chosen={model.id === chosen}
                busy={model.id === using}
                favourite={favourites.has(model.id)}
                onUse={() => onUse(model)}
                onMark={() => onMark(model.id)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {sorted.length > shown && (
        <button type="button" class="btn" onClick={() => setShown(shown + SHOWN_AT_FIRST)}>
          {t("models_more", { count: sorted.length - shown })}
        </button>
      )}
    </>
  );
}
