import type { Preferences } from "../wire/preferences";
import { t } from "./t";

/** A message's name has no spaces. */
const WORDS = { "when missing": "missing", "when unavailable": "unavailable", always: "always", off: "off" } as const;

/** Say in words when pages get the person's model as the browser's built-in AI. */
export function promptApiWords(choice: Preferences["languageModel"]): string {
  return t(`settings_promptApi_${WORDS[choice]}`);
}
