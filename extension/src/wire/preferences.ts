import { browser } from "wxt/browser";

/** What a person set about the extension in this browser. Each has its own name in `storage.local`. */
export interface Preferences {
  theme: "system" | "light" | "dark";
  /** `auto` follows the browser. */
  language: "auto" | "en" | "de";
  /** Whether pages get `LanguageModel` from us: never, where the browser has none of its own, also where its own says it is unavailable, or always. */
  languageModel: "off" | "when missing" | "when unavailable" | "always";
  /** When models of this computer are asked past the backend. */
  direct: "elsewhere" | "always" | "never";
  /** Whether the browser's own model is one of those to pick. */
  browserModel: boolean;
  /** Whether the person is told when a site's budget is nearly spent. */
  nearlySpent: boolean;
  /** After how many minutes without use a vault that we unlock is locked. */
  lockAfterMinutes: 15 | 5 | 60 | 240;
  /** Whether a locked vault is locked when this browser is closed. */
  lockOnClose: boolean;
  /** For how many days what was brought over of Window AI's history is kept; 0 is until it is forgotten. */
  keepOldDays: 0 | 30 | 90 | 365;
}

/** The first of each is what holds until the person chooses. */
const CHOICES: { readonly [Name in keyof Preferences]: readonly Preferences[Name][] } = {
  theme: ["system", "light", "dark"],
  language: ["auto", "en", "de"],
  languageModel: ["when missing", "off", "when unavailable", "always"],
  direct: ["elsewhere", "always", "never"],
  browserModel: [false, true],
  nearlySpent: [true, false],
  lockAfterMinutes: [15, 5, 60, 240],
  lockOnClose: [false, true],
  keepOldDays: [0, 30, 90, 365],
};
const NAMES = Object.keys(CHOICES) as (keyof Preferences)[];

/** Reads what lies in the storage; whatever is none of the choices counts as not chosen. */
function parse(stored: Readonly<Record<string, unknown>>): Preferences {
  const chosen = NAMES.map((name) => {
    const choices: readonly unknown[] = CHOICES[name];
    return [name, choices.includes(stored[name]) ? stored[name] : choices[0]];
  });
  return Object.fromEntries(chosen) as unknown as Preferences;
}

export const preferences = {
  parse,
  async read(): Promise<Preferences> {
    return parse(await browser.storage.local.get(NAMES));
  },
  async write(change: Partial<Preferences>): Promise<void> {
    await browser.storage.local.set(change);
  },
  /** Hears of another language or theme, chosen on any screen. */
  watchLooks(listener: () => void): void {
    browser.storage.local.onChanged.addListener((changes) => {
      if ("language" in changes || "theme" in changes) listener();
    });
  },
};
