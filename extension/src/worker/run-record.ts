import type { Caller } from "./caller";

/** What must be known of a running generation after the worker was killed. Kept in `storage.session`. */
export interface RunRecord {
  key: string;
  clientId: string;
  generationId: string | null;
  askId: string | null;
  caller: Caller;
  model: string;
  startedAt: number;
  /** The backend was told nothing of it. */
  direct?: true;
}
