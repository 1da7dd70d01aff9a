import type { Generation } from "./generation";

/** Some generations, newest first, and where the next ones begin. */
export interface GenerationPage {
  data: Generation[];
  next_cursor: string | null;
  /** What keeps the backend's from being among them, as a `WorkerFault`; absent where they are. */
  failure?: Record<string, unknown>;
}
