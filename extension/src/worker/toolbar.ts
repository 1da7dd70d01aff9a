import type { browser } from "wxt/browser";
import type { Session } from "./session";
import type { Settings } from "./settings";

type Used = "setBadgeBackgroundColor" | "setBadgeText" | "setIcon" | "setTitle";
type Look = "" | "off-" | "paused-";

function icons(look: Look): Record<number, string> {
  return { 16: `/icon/${look}16.png`, 32: `/icon/${look}32.png` };
}

/** The button in the browser's toolbar: in colour when connected, a brass badge when a page waits for an answer. */
export class Toolbar {
  private shown: Look | null = null;

  constructor(
    private readonly settings: Pick<Settings, "paused">,
    private readonly session: Pick<Session, "signedIn">,
    private readonly button: Pick<typeof browser.action, Used>,
  ) {}

  /** Shows how many questions wait for their tab to be looked at. */
  async waiting(count: number): Promise<void> {
    await this.button.setBadgeBackgroundColor({ color: "#b98318" });
    await this.button.setBadgeText({ text: count > 0 ? String(count) : "" });
  }

  /** Draws the button anew where it looks otherwise than this worker drew it last: each drawing costs the browser memory. */
  async draw(): Promise<void> {
    const paused = await this.settings.paused();
    const look: Look = paused ? "paused-" : (await this.session.signedIn()) ? "" : "off-";
    if (look === this.shown) return;
    await this.button.setIcon({ path: icons(look) });
    const state = paused ? "all sites paused" : look === "" ? "connected" : "not connected";
    await this.button.setTitle({ title: `Satchel: ${state}` });
    this.shown = look;
  }
}
