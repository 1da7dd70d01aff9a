import { afterEach, describe, expect, it } from "vitest";
import german from "../../public/_locales/de/messages.json";
import { language } from "../../src/ui/language";
import { Toolbar } from "../../src/worker/toolbar";

function stage() {
  const drawn: string[] = [];
  const badge: string[] = [];
  const is = { paused: false, signedIn: true, broken: false, language: "en" };
  const button = {
    setBadgeBackgroundColor: async () => void badge.push("colour"),
    setBadgeText: async ({ text }: { text?: string | undefined }) => {
      if (is.broken) throw new Error("no badge");
      badge.push(text ?? "none");
    },
    setIcon: async () => {
      if (is.broken) throw new Error("no such icon");
    },
    setTitle: async ({ title }: { title: string }) => void drawn.push(title),
  };
  const speak = () => language.use([is.language], async () => german);
  const toolbar = new Toolbar({ paused: async () => is.paused }, { signedIn: async () => is.signedIn }, button, speak);
  return { toolbar, drawn, badge, is };
}

afterEach(() => language.use(["en"], async () => german));

describe("the button in the toolbar", () => {
  it("is drawn when its look changes, and left alone while it stays", async () => {
    const { toolbar, drawn, is } = stage();
    for (let times = 0; times < 3; times += 1) await toolbar.draw();
    is.paused = true;
    await toolbar.draw();
    await toolbar.draw();
    is.paused = false;
    is.signedIn = false;
    await toolbar.draw();
    expect(drawn).toEqual(["Satchel: connected", "Satchel: all sites paused", "Satchel: not connected"]);
  });

  it("counts what waits when that changes, whoever asks in between", async () => {
    const { toolbar, badge } = stage();
    for (const count of [0, 0, 1, 1]) await toolbar.waiting(count);
    const [two, one] = [toolbar.waiting(2), toolbar.waiting(1)];
    await Promise.all([two, one, toolbar.waiting(0), toolbar.waiting(0)]);
    expect(badge.filter((call) => call !== "colour")).toEqual(["", "1", "2", "1", ""]);
    expect(badge.filter((call) => call === "colour")).toHaveLength(3);
  });

  it("counts again where the browser did not take it", async () => {
    const { toolbar, badge, is } = stage();
    is.broken = true;
    await expect(toolbar.waiting(1)).rejects.toThrow("no badge");
    is.broken = false;
    await toolbar.waiting(1);
    expect(badge).toEqual(["colour", "1", "colour"]);
  });

  it("speaks the language that the person chose, and another one as soon as they choose it", async () => {
    const { toolbar, drawn, is } = stage();
    await toolbar.draw();
    is.language = "de";
    is.paused = true;
    await toolbar.draw();
    is.paused = false;
    await toolbar.draw();
    expect(drawn).toEqual(["Satchel: connected", "Satchel: alle Websites pausiert", "Satchel: verbunden"]);
  });

  it("is drawn again where a drawing failed", async () => {
    const { toolbar, drawn, is } = stage();
    is.broken = true;
    await expect(toolbar.draw()).rejects.toThrow("no such icon");
    is.broken = false;
    await toolbar.draw();
    expect(drawn).toEqual(["Satchel: connected"]);
  });
});
