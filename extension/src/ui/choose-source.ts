import type { Model } from "../wire/model";
import type { ModelChoice } from "../wire/model-choice";

/** Where the window to choose a model gets its question, and where the answer goes. */
export interface ChooseSource {
  choice(): Promise<ModelChoice | null>;
  models(): Promise<Model[]>;
  favourites(): Promise<ReadonlySet<string>>;
  setFavourites(ids: ReadonlySet<string>): Promise<void>;
  choose(model: string): Promise<void>;
  refuse(): Promise<void>;
  /** The question is answered or gone. */
  close(): void;
}
