import type { ConsentDecision } from "./consent-decision";
import type { PermissionWish } from "./permission-wish";

/** One pending question: who asks for what. Stored in `storage.session`, so that it outlives the worker. */
export interface ConsentQuestion {
  id: string;
  origin: string;
  embedder: string | null;
  /** The tabs that wait for the answer, and whether each is shown. */
  tabs: readonly { id: number; visible: boolean }[];
  reason: string | null;
  tools: readonly string[];
  model: string;
  inputBytes: number;
  /** Whether there is something to read: a permission is asked for before anything is said. */
  readable: boolean;
  maxTokens: number | null;
  requests: number;
  /** How the site itself asks to be narrowed. An "always" is never wider than this. */
  wish?: PermissionWish | null;
  /** The window, or where there are none the tab, in which it is being asked. */
  surface: { kind: "window" | "tab"; id: number } | null;
  createdAt: number;
  decision: ConsentDecision | null;
  decidedAt: number | null;
}
