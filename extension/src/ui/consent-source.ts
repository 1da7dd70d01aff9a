import type { Account } from "../wire/account";
import type { ConsentDecision } from "../wire/consent-decision";
import type { ConsentQuestion } from "../wire/consent-question";
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
  watch(listener: () => void): () => void;
  /** The question is answered or gone. */
  close(): void;
}
