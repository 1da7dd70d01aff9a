import { browser } from "wxt/browser";
import type { Session } from "./session";
import type { Settings } from "./settings";

type Look = "" | "off-" | "paused-";

function icons(look: Look): Record<number, string> {
  return { 16: `/icon/${look}16.png`, 32: `/icon/${look}32.png` };
}

/** The button in the browser's toolbar: in colour when connected, a brass badge when a page waits for an answer. */
export class Toolbar {
  constructor(
    private readonly settings: Settings,
    private readonly session: Session,
  ) {}

  /** Shows how many questions wait for their tab to be looked at. */
  async waiting(count: number): Promise<void> {
    await browser.action.setBadgeBackgroundColor({ color: "#b98318" });
    await browser.action.setBadgeText({ text: count > 0 ? String(count) : "" });
  }

  /** Draws the button anew. */
  async draw(): Promise<void> {
    const paused = await this.settings.paused();
    const look: Look = paused ? "paused-" : (await this.session.signedIn()) ? "" : "off-";
    await browser.action.setIcon({ path: icons(look) });
    const state = paused ? "all sites paused" : look === "" ? "connected" : "not connected";
    await browser.action.setTitle({ title: `Satchel: ${state}` });
  }
}
