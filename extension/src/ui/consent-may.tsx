import type { ConsentQuestion } from "../wire/consent-question";
import type { Model } from "../wire/model";
import { deedWords } from "./deed-words";
import { Icon } from "./icon";
import { Sentence } from "./sentence";
import { t } from "./t";
import { wishWords } from "./wish-words";

const TOOLS_SHOWN = 4;

/** What a yes allows, and what it does not. */
export function ConsentMay({ question, models }: { question: ConsentQuestion; models: readonly Model[] }) {
  const { tools, embedder } = question;
  const wanted = question.wish?.capabilities ?? [];
  const deeds = wanted.some((one) => one !== "model:prompt") ? deedWords(wanted) : "";
  const wishes = question.wish ? wishWords(question.wish, models) : [];
  return (
    <ul class="can">
      <li>
        <Icon name="send" />
        {t("consent_send")}
      </li>
      {tools.length > 0 && (
        <li>
          <Icon name="tool" />
          <span>
            <Sentence of="consent_tools" count={tools.length} parts={{ names: <ToolNames tools={tools} /> }} />
          </span>
        </li>
      )}
      {deeds !== "" && (
        <li>
          <Icon name="ask" />
          <span>
            <Sentence of="consent_asksFor" parts={{ deeds: <bdi class="b">{deeds}</bdi> }} />
          </span>
        </li>
      )}
      {wishes.length > 0 && (
        <li>
          <Icon name="shield" />
          <span>
            <Sentence of="consent_noMore" parts={{ limits: <bdi class="b">{wishes.join(" · ")}</bdi> }} />
          </span>
        </li>
      )}
      {embedder !== null && (
        <li class="no">
          <Icon name="block" />
          <span>{t("consent_notThis")}</span>
        </li>
      )}
      <li class="no">
        <Icon name="hide" />
        {t("consent_never")}
      </li>
    </ul>
  );
}

function ToolNames({ tools }: { tools: readonly string[] }) {
  return (
    <bdi class="mono" dir="ltr">
      {tools.slice(0, TOOLS_SHOWN).join(", ")}
      {tools.length > TOOLS_SHOWN ? ", …" : ""}
    </bdi>
  );
}
