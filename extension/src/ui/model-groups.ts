import type { Model } from "../wire/model";
import { ModelFilter } from "./model-filter";

interface Group {
  name: "favourites" | "direct" | "here" | "others";
  models: Model[];
}

/** The picker's list: favourites, what is asked directly here, what runs on this computer, all others; what cannot be used now comes last. */
export function modelGroups(models: readonly Model[], favourites: ReadonlySet<string>, filter: ModelFilter): Group[] {
  const found = models.filter((model) => ModelFilter.matches(model, filter, favourites));
  const usable = (model: Model) => model.satchel.available;
  const sorted = [...found.filter(usable), ...found.filter((model) => !usable(model))];
  const starred = sorted.filter(({ id }) => favourites.has(id));
  const rest = sorted.filter(({ id }) => !favourites.has(id));
  const groups = [
    { name: "favourites" as const, models: starred },
    { name: "direct" as const, models: rest.filter((model) => model.satchel.direct) },
    { name: "here" as const, models: rest.filter(({ satchel }) => satchel.local && !satchel.direct) },
    { name: "others" as const, models: rest.filter((model) => !model.satchel.local) },
  ];
  return groups.filter((group) => group.models.length > 0);
}
