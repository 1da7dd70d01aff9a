import type { browser } from "wxt/browser";
import { t } from "../ui/t";
import type { Session } from "./session";
import type { Settings } from "./settings";

type Used = "setBadgeBackgroundColor" | "setBadgeText" | "setIcon" | "setTitle";
type Look = keyof typeof TITLES;

const TITLES = { "": "toolbar_connected", "off-": "toolbar_off", "paused-": "toolbar_paused" } as const;

function icons(look: Look): Record<number, string> {
  return { 16: `/icon/${look}16.png`, 32: `/icon/${look}32.png` };
}

/** The button in the browser's toolbar: in colour when connected, a brass badge when a page waits for an answer. */
export class Toolbar {
  /** What it says; no two looks say the same. */
  private shown: string | null = null;
  private counted: number | null = null;

  constructor(
    private readonly settings: Pick<Settings, "paused">,
    private readonly session: Pick<Session, "signedIn">,
    private readonly button: Pick<typeof browser.action, Used>,
    private readonly speakChosen: () => Promise<void>,
  ) {}

  /** Shows how many questions wait for their tab to be looked at; the browser is told where this worker has told it otherwise or nothing. */
  async waiting(count: number): Promise<void> {
    if (count === this.counted) return;
    this.counted = count;
    // All in this turn: the next number may come before the browser has taken this one, and must be told after it.
    const told = [this.button.setBadgeText({ text: count > 0 ? String(count) : "" })];
    if (count > 0) told.push(this.button.setBadgeBackgroundColor({ color: "#b98318" }));
    try {
      await Promise.all(told);
    } catch (error) {
      this.counted = null;
      throw error;
    }
  }

  /** Draws the button anew where it looks or speaks otherwise than this worker drew it last: each drawing costs the browser memory. */
  async draw(): Promise<void> {
    await this.speakChosen();
    const paused = await this.settings.paused();
    const look: Look = paused ? "paused-" : (await this.session.signedIn()) ? "" : "off-";
    const title = t(TITLES[look]);
    if (title === this.shown) return;
    await this.button.setIcon({ path: icons(look) });
    await this.button.setTitle({ title });
    this.shown = title;
  }
}
