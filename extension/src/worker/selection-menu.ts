import { browser } from "wxt/browser";
import { selection } from "../wire/selection";
import { extensionUrl } from "./extension-url";

const ID = "ask-about-selection";

interface Panels {
  sidePanel?: { open(options: { windowId: number }): Promise<void> };
  sidebarAction?: { open(): Promise<void> };
}

/** “Ask my model about this selection” in the menu of every page. The text goes to our own panel, and nowhere else yet. */
export const selectionMenu = {
  /** Registers the listeners; the entry itself outlives the worker. */
  listen(): void {
    browser.runtime.onInstalled.addListener(() => {
      const { getMessage } = browser.i18n as unknown as { getMessage(name: string): string };
      const title = getMessage("menu_ask");
      browser.contextMenus.removeAll(() => browser.contextMenus.create({ id: ID, title, contexts: ["selection"] }));
    });
    browser.contextMenus.onClicked.addListener((info, tab) => {
      if (info.menuItemId !== ID || !info.selectionText) return;
      openPanel(tab?.windowId);
      void selection.write({ text: info.selectionText, origin: originOf(info.frameUrl ?? info.pageUrl) });
    });
  },
};

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
