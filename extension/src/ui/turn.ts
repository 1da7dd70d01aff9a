import type { Selection } from "../wire/selection";
import type { Answer } from "./use-answer";

/** One question of a conversation and its answer. */
export interface Turn {
  question: string;
  about: Selection | null;
  modelName: string;
  answer: Answer;
}

/** What is sent: the turns so far and the new question, each with the text it is about. */
function messages(turns: readonly Turn[], question: string, about: Selection | null) {
  const said = turns.flatMap((turn) => [
    { role: "user", content: contentOf(turn.question, turn.about) },
    { role: "assistant", content: turn.answer.text },
  ]);
  return [...said.filter(({ content }) => content !== ""), { role: "user", content: contentOf(question, about) }];
}

function contentOf(question: string, about: Selection | null): string {
  return about === null ? question : `"""\n${about.text}\n"""\n\n${question}`;
}

export const Turn = { messages };
