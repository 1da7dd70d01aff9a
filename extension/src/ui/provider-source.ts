import type { Model } from "../wire/model";
import type { ProviderChange } from "../wire/provider-change";

/** Where the provider's window gets its question, and where the answer goes. */
export interface ProviderSource {
  change(): Promise<ProviderChange | null>;
  models(): Promise<Model[]>;
  favourites(): Promise<ReadonlySet<string>>;
  setFavourites(ids: ReadonlySet<string>): Promise<void>;
  accept(model: string | null): Promise<void>;
  refuse(): Promise<void>;
  /** The question is answered or gone. */
  close(): void;
}
