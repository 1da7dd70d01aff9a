import { browser } from "wxt/browser";
import type { Messages } from "../ui/language";

/** The messages of a language, from our own package. Fetched and not imported: a service worker may not import late. */
export async function loadMessages(name: string): Promise<Messages> {
  const { getURL } = browser.runtime as unknown as { getURL(path: string): string };
  const answer = await fetch(getURL(`/_locales/${name}/messages.json`));
  return (await answer.json()) as Messages;
}
