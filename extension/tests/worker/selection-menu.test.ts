import { afterEach, expect, it, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import german from "../../public/_locales/de/messages.json";
import { language } from "../../src/ui/language";
import { preferences } from "../../src/wire/preferences";
import { selectionMenu } from "../../src/worker/selection-menu";

afterEach(async () => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  await language.use(["en"], async () => german);
});

it("E3: the entry speaks the language that the person chose, and another one as soon as they choose it", async () => {
  const titles: unknown[] = [];
  const { contextMenus } = fakeBrowser;
  vi.spyOn(contextMenus, "removeAll").mockImplementation((async () => undefined) as never);
  vi.spyOn(contextMenus, "create").mockImplementation(((entry: { title: string }) =>
    titles.push(entry.title)) as never);
  vi.spyOn(contextMenus, "update").mockImplementation((async (_: string, { title }: { title: string }) => {
    titles.push(title);
  }) as never);
  vi.spyOn(contextMenus.onClicked, "addListener").mockImplementation(() => undefined);
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify(german)));
  await preferences.write({ language: "en" });
  selectionMenu.listen();
  await fakeBrowser.runtime.onInstalled.trigger({ reason: "install", temporary: false } as never);
  await expect.poll(() => titles).toEqual(["Ask my model about this"]);
  await preferences.write({ language: "de" });
  await expect.poll(() => titles).toEqual(["Ask my model about this", "Mein Modell dazu fragen"]);
});
