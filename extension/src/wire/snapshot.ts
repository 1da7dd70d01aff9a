import type { Account } from "./account";
import type { LiveGeneration } from "./live-generation";
import type { Refusal } from "./refusal";

/** Everything the popup needs to draw its first picture. */
export interface Snapshot {
  connection: "connected" | "signed_out" | "unreachable";
  backend: string;
  account: Account | null;
  paused: boolean;
  /** The page in the tab the popup belongs to; null where pages cannot ask. */
  site: { origin: string } | null;
  live: readonly LiveGeneration[];
  /** A site that asked while nobody could answer, lately. */
  missed: { origin: string; at: number } | null;
  refused: Refusal | null;
}
