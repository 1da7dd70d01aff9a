import { browser } from "wxt/browser";
import { t } from "../ui/t";
import { selection } from "../wire/selection";
import { extensionUrl } from "./extension-url";
import { speakChosen } from "./speak-chosen";

const ID = "ask-about-selection";

interface Panels {
  sidePanel?: { open(options: { windowId: number }): Promise<void> };
  sidebarAction?: { open(): Promise<void> };
}

/** “Ask my model about this selection” in the menu of every page. The text goes to our own panel, and nowhere else yet. */
export const selectionMenu = {
  /** Registers the listeners; the entry itself outlives the worker. */
  listen(): void {
    browser.runtime.onInstalled.addListener(async () => {
      await browser.contextMenus.removeAll();
      browser.contextMenus.create({ id: ID, title: await title(), contexts: ["selection"] });
    });
    browser.storage.local.onChanged.addListener(async (changes) => {
      if ("language" in changes) await browser.contextMenus.update(ID, { title: await title() });
    });
    browser.contextMenus.onClicked.addListener((info, tab) => {
      if (info.menuItemId !== ID || !info.selectionText) return;
      openPanel(tab?.windowId);
      void selection.write({ text: info.selectionText, origin: originOf(info.frameUrl ?? info.pageUrl) });
    });
  },
};

/** The entry, in the language that the person chose. */
async function title(): Promise<string> {
  await speakChosen();
  return t("menu_ask");
}

/** Must be called in the click itself: browsers open a panel for a person's gesture only. */
function openPanel(windowId: number | undefined): void {
  const { sidePanel, sidebarAction } = browser as unknown as Panels;
  const opening =
    sidePanel !== undefined && windowId !== undefined ? sidePanel.open({ windowId }) : sidebarAction?.open();
  (opening ?? Promise.reject()).catch(() => browser.tabs.create({ url: extensionUrl("sidepanel.html") }));
}

function originOf(url: string | undefined): string | null {
  return url !== undefined && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? new URL(url).origin : null;
}
