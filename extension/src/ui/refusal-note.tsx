import type { Refusal } from "../wire/refusal";
import { codeWords } from "./code-words";
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
            reason: <bdi>{codeWords(refusal.code, refusal.message)}</bdi>,
            code: <span class="mono">{refusal.code}</span>,
          }}
        />
      </p>
    </Note>
  );
}
