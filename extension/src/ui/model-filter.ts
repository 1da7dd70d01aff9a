import type { Model } from "../wire/model";

/** What a person looks for among models. */
export interface ModelFilter {
  search: string;
  /** Capabilities that all must be there; `local` counts as one. */
  capabilities: ReadonlySet<string>;
  /** The most that a million tokens of answer may cost, in US dollars; `free` is 0. */
  price: "any" | "free" | "1" | "10";
  /** What may happen to the words: they stay on this computer, or nobody trains on them. */
  privacy: "any" | "here" | "untrained";
  favourites: boolean;
}

const NONE: ModelFilter = { search: "", capabilities: new Set(), price: "any", privacy: "any", favourites: false };

function matches(model: Model, filter: ModelFilter, favourites: ReadonlySet<string>): boolean {
  const text = `${model.name} ${model.id} ${model.satchel.provider_name}`.toLowerCase();
  const words = filter.search.toLowerCase().split(/\s+/).filter(Boolean);
  return (
    words.every((word) => text.includes(word)) &&
    [...filter.capabilities].every((name) => has(model, name)) &&
    costsAtMost(model, filter.price) &&
    keeps(model, filter.privacy) &&
    (!filter.favourites || favourites.has(model.id))
  );
}

function has(model: Model, name: string): boolean {
  return name === "local" ? model.satchel.local : model.satchel.capabilities.includes(name);
}

function costsAtMost({ satchel: { price, local } }: Model, most: ModelFilter["price"]): boolean {
  if (most === "any") return true;
  if (price === null) return local;
  return Number(price.output_usd_per_mtok) <= (most === "free" ? 0 : Number(most));
}

function keeps({ satchel }: Model, wanted: ModelFilter["privacy"]): boolean {
  if (wanted === "any" || satchel.local) return true;
  return wanted === "untrained" && satchel.data_policy?.training === "no";
}

export const ModelFilter = { NONE, matches };
