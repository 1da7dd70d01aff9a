import type { Account } from "../wire/account";
import type { ConsentDecision } from "../wire/consent-decision";
import type { ConsentQuestion } from "../wire/consent-question";
import type { LiveGeneration } from "../wire/live-generation";
import type { Model } from "../wire/model";
import type { RequestViews } from "../wire/request-views";

/** Where the consent window gets its question, and where the answer goes. */
export interface ConsentSource {
  question(): Promise<{ question: ConsentQuestion; others: number } | null>;
  /** What the requests that wait for the answer would send. */
  asked(): Promise<RequestViews>;
  account(): Promise<Account>;
  models(): Promise<Model[]>;
  favourites(): Promise<ReadonlySet<string>>;
  setFavourites(ids: ReadonlySet<string>): Promise<void>;
  decide(decision: ConsentDecision): Promise<void>;
  /** Hears that something changed, with what runs now; returns how to stop hearing. */
  watch(listener: (live: readonly LiveGeneration[]) => void): () => void;
  /** The question is answered or gone. */
  close(): void;
}
