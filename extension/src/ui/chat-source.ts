import type { Account } from "../wire/account";
import type { AskModel } from "../wire/connect-worker";
import type { Model } from "../wire/model";
import type { Selection } from "../wire/selection";
import type { Snapshot } from "../wire/snapshot";

/** What the side panel needs. */
export interface ChatSource {
  snapshot(): Promise<Snapshot>;
  account(): Promise<Account>;
  models(): Promise<Model[]>;
  favourites(): Promise<ReadonlySet<string>>;
  setFavourites(ids: ReadonlySet<string>): Promise<void>;
  connect(): Promise<void>;
  ask: AskModel;
  /** Hears what the person marked on a page to ask about. */
  watchSelection(listener: (selection: Selection) => void): () => void;
  clearSelection(): Promise<void>;
  openSettings(): void;
}
