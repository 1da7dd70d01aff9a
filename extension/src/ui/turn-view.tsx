import { AnswerFacts } from "./answer-facts";
import { Icon } from "./icon";
import { Note } from "./note";
import { t } from "./t";
import type { Answer } from "./use-answer";

interface Props {
  question: string;
  modelName: string;
  answer: Answer;
  onStop?: () => void;
}

/** A question, its answer as plain text, and what it cost; while it is written a way to stop it. */
export function TurnView({ question, modelName, answer, onStop }: Props) {
  const running = answer.state === "waiting" || answer.state === "writing";
  return (
    <section class="stack" aria-label={question}>
      <p class="b anywhere" dir="auto">
        {question}
      </p>
      {answer.text !== "" && (
        <p class="said" dir="auto">
          {answer.text}
          {running && <span class="caret" aria-hidden="true" />}
        </p>
      )}
      {answer.error !== null && (
        <Note kind="danger">
          <p>{answer.error}</p>
        </Note>
      )}
      <div class="row t12 m3">
        {running && <span class="dot live" aria-hidden="true" />}
        <span class="cut">{modelName}</span>
        {running ? <span class="nw">{answer.text === "" && t("live_waiting")}</span> : <AnswerFacts of={answer} />}
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
