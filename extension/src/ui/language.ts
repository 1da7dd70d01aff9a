import english from "../../public/_locales/en/messages.json";

export type Messages = typeof english;

let name = "en";
let locale: string | undefined;
let messages: Messages = english;

/** The language of this screen. English until `use` has loaded another; the portal never calls it. */
export const language = {
  /** What a person can choose, by the names the languages have for themselves. */
  choices: { en: "English", de: "Deutsch" } as const,

  /** `en`, `de`: for the `lang` attribute and for plurals. */
  get name(): string {
    return name;
  },

  /** For numbers and dates; undefined leaves it to the browser. */
  get locale(): string | undefined {
    return locale;
  },

  get messages(): Messages {
    return messages;
  },

  /**
   * Speaks the first of these languages that we know, else English. `wanted` are tags such as `de-AT`, best first; `load`
   * brings the messages of another language than English, where they are not there yet.
   */
  async use(wanted: readonly string[], load: (name: string) => Promise<Messages>): Promise<void> {
    const tag = wanted.find((one) => Object.hasOwn(language.choices, baseOf(one))) ?? "en";
    const wantedName = baseOf(tag);
    if (wantedName !== name) messages = wantedName === "en" ? english : await load(wantedName);
    name = wantedName;
    locale = tag;
  },
};

function baseOf(tag: string): string {
  return tag.toLowerCase().split("-")[0] ?? "";
}
