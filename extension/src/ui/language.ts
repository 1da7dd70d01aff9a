import english from "../../public/_locales/en/messages.json";

export type Messages = typeof english;

const LOADERS: Readonly<Record<string, () => Promise<{ default: Messages }>>> = {
  de: () => import("../../public/_locales/de/messages.json"),
};

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

  /** Speaks the first of these languages that we know, else English. `wanted` are tags such as `de-AT`, best first. */
  async use(wanted: readonly string[]): Promise<void> {
    const tag = wanted.find((one) => Object.hasOwn(language.choices, baseOf(one))) ?? "en";
    const loader = LOADERS[baseOf(tag)];
    messages = loader === undefined ? english : (await loader()).default;
    name = baseOf(tag);
    locale = tag;
  },
};

function baseOf(tag: string): string {
  return tag.toLowerCase().split("-")[0] ?? "";
}
