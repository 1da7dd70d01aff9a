import type { Selection } from "../wire/selection";
import { Icon } from "./icon";
import { OriginName } from "./origin-name";
import { Sentence } from "./sentence";
import { t } from "./t";

/** The text that the next question is about, where it is from, and how to let go of it. */
export function SelectionCard({ selection, onRemove }: { selection: Selection; onRemove(): void }) {
  const { text, origin } = selection;
  return (
    <div class="card pad3 stack s1">
      <p class="row t12 m3">
        <Icon name="file" small />
        <span class="cut">
          {origin === null ? (
            t("chat_selection")
          ) : (
            <Sentence of="chat_selectionFrom" parts={{ site: <OriginName origin={origin} /> }} />
          )}
        </span>
        <button type="button" class="btn icon sm quiet end" aria-label={t("chat_removeSelection")} onClick={onRemove}>
          <Icon name="close" small />
        </button>
      </p>
      <p class="t13 m2 clamp" dir="auto">
        {text}
      </p>
    </div>
  );
}
