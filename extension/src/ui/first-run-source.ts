import type { Account } from "../wire/account";
import type { Model } from "../wire/model";
import type { Snapshot } from "../wire/snapshot";

/** What the first-run page needs. */
export interface FirstRunSource {
  snapshot(): Promise<Snapshot>;
  models(): Promise<Model[]>;
  setModel(model: string): Promise<Account>;
  setBackend(address: string): Promise<string>;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  favourites(): Promise<ReadonlySet<string>>;
  setFavourites(ids: ReadonlySet<string>): Promise<void>;
}
