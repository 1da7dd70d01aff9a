import { type ComponentChild, render } from "preact";
import { dressScreen } from "../ui/dress-screen";
import type { MessageKey } from "../ui/message-key";
import { loadMessages } from "./load-messages";
import { preferences } from "./preferences";

/** Draws one of our screens, and in place again when the person chooses another language or look, on whichever screen they do so. */
export async function showScreen(title: MessageKey, draw: () => ComponentChild): Promise<void> {
  const show = async () => {
    await dressScreen(await preferences.read(), title, loadMessages);
    render(draw(), document.getElementById("app") as HTMLElement);
  };
  preferences.watchLooks(() => void show());
  await show();
}
