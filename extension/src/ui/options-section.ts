const NAMES = ["models", "compare", "keys", "sites", "activity", "settings"] as const;

/** A part of the options page: the fragment of its address. */
export type OptionsSection = (typeof NAMES)[number];

function of(hash: string): OptionsSection {
  const name = hash.replace(/^#\/?/, "");
  return NAMES.find((each) => each === name) ?? "models";
}

export const OptionsSection = { NAMES, of };
