/** Words of the model picker. */
export const pickerStrings = {
  title: "Choose a model",
  back: "Back",
  search: "Search models",
  placeholder: (count: number) => `Search ${count} ${count === 1 ? "model" : "models"}`,
  only: "Only models with",
  perMtok: "in, out per Mtok",
  noMatch: (search: string, filtered: boolean) => {
    if (search === "") return "No model has all of these.";
    return filtered ? `Nothing matches “${search}” with these filters.` : `Nothing matches “${search}”.`;
  },
  clear: "Show all",
  scope: "Use it",
  everywhere: "Everywhere",
  thisSite: "This site",
  move: "move",
  choose: "choose",
  favourite: "favourite",
} as const;
