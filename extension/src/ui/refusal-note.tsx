import type { Refusal } from "../wire/refusal";
import { Note } from "./note";
import { OriginName } from "./origin-name";
import { popupStrings as words } from "./popup-strings";

/** Why the site's last request got no answer, with the code that the site was told. */
export function RefusalNote({ refusal }: { refusal: Refusal }) {
  return (
    <Note kind="warn">
      <p class="anywhere">
        <OriginName origin={refusal.origin} />
        {words.refused}
        <bdi>{refusal.message}</bdi>
        {". "}
        <span class="mono">{refusal.code}</span>
      </p>
    </Note>
  );
}
