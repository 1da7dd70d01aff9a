import type { Preferences } from "../wire/preferences";
import { language, type Messages } from "./language";
import type { MessageKey } from "./message-key";
import { t } from "./t";

/** Gives a screen its language, its theme and its title. Before anything is drawn, and again when the person changes them. */
export async function dressScreen(
  chosen: Preferences,
  title: MessageKey,
  load: (name: string) => Promise<Messages>,
): Promise<void> {
  await language.use(chosen.language === "auto" ? navigator.languages : [chosen.language], load);
  const { documentElement: root } = document;
  root.lang = language.name;
  if (chosen.theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = chosen.theme;
  document.title = t(title);
}
