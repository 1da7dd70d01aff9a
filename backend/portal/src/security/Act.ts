/** Something that was done to the account. */
export interface Act {
  number: number;
  at: string;
  act: string;
  subject: string;
  about: string | null;
}

/** A page of acts, newest first. */
export interface ActPage {
  data: Act[];
  next_before: number | null;
}
