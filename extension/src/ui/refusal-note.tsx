import type { Refusal } from "../wire/refusal";
import { Note } from "./note";
import { OriginName } from "./origin-name";
import { Sentence } from "./sentence";

/** Why the site's last request got no answer, with the code that the site was told. */
export function RefusalNote({ refusal }: { refusal: Refusal }) {
  return (
    <Note kind="warn">
      <p class="anywhere">
        <Sentence
          of="popup_refused"
          parts={{
            site: <OriginName origin={refusal.origin} />,
            reason: <bdi>{refusal.message}</bdi>,
            code: <span class="mono">{refusal.code}</span>,
          }}
        />
      </p>
    </Note>
  );
}
