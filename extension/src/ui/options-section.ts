const NAMES = ["models", "compare", "keys", "sites", "activity", "settings"] as const;

/** A part of the options page: the fragment of its address, `#sites` or, with one of its rows open, `#sites/grant_…`. */
export type OptionsSection = (typeof NAMES)[number];

function of(hash: string): OptionsSection {
  const [name] = partsOf(hash);
  return NAMES.find((each) => each === name) ?? "models";
}

/** The id of the row that the address opens; null for none. */
function itemOf(hash: string): string | null {
  return partsOf(hash)[1] || null;
}

/** The address of a section, from any page of the extension. */
function address(section: OptionsSection, item?: string): string {
  return `/options.html#${section}${item === undefined ? "" : `/${item}`}`;
}

function partsOf(hash: string): string[] {
  return hash.replace(/^#\/?/, "").split("/");
}

export const OptionsSection = { NAMES, of, itemOf, address };
