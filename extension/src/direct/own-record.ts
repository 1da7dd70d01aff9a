import type { Generation } from "../wire/generation";

/** Activity that only this browser knows, and that the backend hears nothing of. */
export interface OwnRecord {
  /** All of it, or that of one site. */
  list(origin: string | null): Promise<Generation[]>;
  /** Whether there was such a one; it is forgotten. */
  forget(id: string): Promise<boolean>;
  /** Forgets all, or those of one site. */
  forgetAll(origin: string | null): Promise<void>;
}
