import type { JSX } from "preact";
import { TitledNote } from "../pieces/TitledNote";
import type { Lesson } from "./demoState";

const TITLES: Record<Lesson, string> = {
  "press-deny": "Satchel’s window opens. Press Deny there.",
  "already-allowed": "You always allow this page, so no window would open.",
  "named-model": "This asks for a model that nobody has.",
};
/** What each lesson teaches; said before, and again beside the error it provokes. */
export const MORALS: Record<Lesson, string> = {
  "press-deny": "The page is told 4001 and nothing else: not who you are, not which models you have.",
  "already-allowed": "Set it to Ask in Satchel’s popup, then press the button again.",
  "named-model": "A page that names a model has to live with a no. A page that names none always gets yours.",
};

/** What a button is about to show. */
export function LessonNote({ lesson }: { lesson: Lesson }): JSX.Element {
  return (
    <TitledNote kind="info" icon="info" title={TITLES[lesson]}>
      <p>{MORALS[lesson]}</p>
    </TitledNote>
  );
}
