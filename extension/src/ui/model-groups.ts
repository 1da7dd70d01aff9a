import type { Model } from "../wire/model";

interface Group {
  name: "favourites" | "here" | "others";
  models: Model[];
}

interface Filter {
  search: string;
  capabilities: ReadonlySet<string>;
}

function matches(model: Model, { search, capabilities }: Filter): boolean {
  const text = `${model.name} ${model.id} ${model.satchel.provider_name}`.toLowerCase();
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.every((word) => text.includes(word))) return false;
  return [...capabilities].every((name) =>
    name === "local" ? model.satchel.local : model.satchel.capabilities.includes(name),
  );
}

/** The picker's list: favourites, what runs on this computer, all others; what cannot be used now comes last. */
export function modelGroups(models: readonly Model[], favourites: ReadonlySet<string>, filter: Filter): Group[] {
  const found = models.filter((model) => matches(model, filter));
  const usable = (model: Model) => model.satchel.available;
  const sorted = [...found.filter(usable), ...found.filter((model) => !usable(model))];
  const starred = sorted.filter(({ id }) => favourites.has(id));
  const rest = sorted.filter(({ id }) => !favourites.has(id));
  const groups = [
    { name: "favourites" as const, models: starred },
    { name: "here" as const, models: rest.filter((model) => model.satchel.local) },
    { name: "others" as const, models: rest.filter((model) => !model.satchel.local) },
  ];
  return groups.filter((group) => group.models.length > 0);
}
