import { describe, expect, it } from "vitest";
import { Toolbar } from "../../src/worker/toolbar";

function stage() {
  const drawn: string[] = [];
  const is = { paused: false, signedIn: true, broken: false };
  const button = {
    setBadgeBackgroundColor: async () => undefined,
    setBadgeText: async () => undefined,
    setIcon: async () => {
      if (is.broken) throw new Error("no such icon");
    },
    setTitle: async ({ title }: { title: string }) => void drawn.push(title),
  };
  const toolbar = new Toolbar({ paused: async () => is.paused }, { signedIn: async () => is.signedIn }, button);
  return { toolbar, drawn, is };
}

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

  it("is drawn again where a drawing failed", async () => {
    const { toolbar, drawn, is } = stage();
    is.broken = true;
    await expect(toolbar.draw()).rejects.toThrow("no such icon");
    is.broken = false;
    await toolbar.draw();
    expect(drawn).toEqual(["Satchel: connected"]);
  });
});
