/** A page asks the person which model it is to use: who asks, why in its own words, and which models it may use at all. */
export interface ModelChoice {
  id: string;
  origin: string;
  embedder: string | null;
  reason: string | null;
  /** Ids of those that the site was allowed and that can answer. */
  models: readonly string[];
}
