import { AnswerFacts } from "./answer-facts";
import { CopyButton } from "./copy-button";
import { Icon } from "./icon";
import { MarkdownView } from "./markdown-view";
import { Note } from "./note";
import { t } from "./t";
import type { Answer } from "./use-answer";

interface Props {
  question: string;
  modelName: string;
  answer: Answer;
  onStop?: () => void;
  /** Asks anew where it failed. */
  onAgain?: () => void;
}

/** A question, its answer, and what it cost; while it is written a way to stop it. */
export function TurnView({ question, modelName, answer, onStop, onAgain }: Props) {
  const running = answer.state === "waiting" || answer.state === "writing";
  return (
    <section class="stack" aria-label={question}>
      <p class="b anywhere" dir="auto">
        {question}
      </p>
      {answer.text !== "" && <MarkdownView text={answer.text} writing={running} />}
      {answer.error !== null && (
        <Note kind="danger">
          <div class="row wrap">
            <p class="grow">{answer.error}</p>
            {onAgain !== undefined && (
              <button type="button" class="btn sm" onClick={onAgain}>
                {t("popup_again")}
              </button>
            )}
          </div>
        </Note>
      )}
      <div class="row wrap t12 m3">
        {running && <span class="dot live" aria-hidden="true" />}
        <span class="cut">{modelName}</span>
        {running ? <span class="nw">{answer.text === "" && t("live_waiting")}</span> : <AnswerFacts of={answer} />}
        {!running && answer.text !== "" && <CopyButton text={answer.text} label={t("copy_answer")} />}
        {running && onStop !== undefined && (
          <button type="button" class="btn sm end" onClick={onStop}>
            <Icon name="stop" small />
            {t("live_stop")}
          </button>
        )}
      </div>
    </section>
  );
}
