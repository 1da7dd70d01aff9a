import { language } from "../ui/language";
import { loadMessages } from "../wire/load-messages";
import { preferences } from "../wire/preferences";

/** Makes this worker speak the language that the person chose for the screens. */
export async function speakChosen(): Promise<void> {
  const chosen = (await preferences.read()).language;
  await language.use(chosen === "auto" ? navigator.languages : [chosen], loadMessages);
}
