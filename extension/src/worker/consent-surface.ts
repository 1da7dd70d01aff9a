import type { ConsentQuestion } from "../wire/consent-question";

/** Where questions are asked: a window of our own, or a tab where the browser has no such windows. */
export interface ConsentSurface {
  open(questionId: string): Promise<NonNullable<ConsentQuestion["surface"]>>;
  close(surface: NonNullable<ConsentQuestion["surface"]>): Promise<void>;
}
