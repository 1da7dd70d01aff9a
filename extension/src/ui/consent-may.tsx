import type { ConsentQuestion } from "../wire/consent-question";
import { consentStrings as words } from "./consent-strings";
import { Icon } from "./icon";

const TOOLS_SHOWN = 4;

/** What a yes allows, and what it does not. */
export function ConsentMay({ question }: { question: ConsentQuestion }) {
  const { tools, embedder } = question;
  return (
    <ul class="can">
      <li>
        <Icon name="send" />
        {words.send}
      </li>
      {tools.length > 0 && (
        <li>
          <Icon name="tool" />
          <span>
            {words.tools(tools.length)}
            <bdi class="mono" dir="ltr">
              {tools.slice(0, TOOLS_SHOWN).join(", ")}
              {tools.length > TOOLS_SHOWN ? ", …" : ""}
            </bdi>
          </span>
        </li>
      )}
      {embedder !== null && (
        <li class="no">
          <Icon name="block" />
          <span>{words.notThis}</span>
        </li>
      )}
      <li class="no">
        <Icon name="hide" />
        {words.never}
      </li>
    </ul>
  );
}
