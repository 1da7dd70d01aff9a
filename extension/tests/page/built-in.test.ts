// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { builtInEvent } from "../../src/page/built-in-event";
import { startBuiltIn } from "../../src/page/start-built-in";

interface Asked {
  method: string;
}
interface Page {
  ai?: Record<string, unknown>;
  isSecureContext: boolean;
  LanguageModel?: { availability(): Promise<string> };
  Writer?: unknown;
}

const page = window as unknown as Page;
const NAMES = [
  "LanguageModel",
  "Summarizer",
  "Writer",
  "Rewriter",
  "Translator",
  "LanguageDetector",
  "Proofreader",
  "CreateMonitor",
];
let asked: Asked[] = [];
const provider = {
  request: async (call: Asked) => {
    asked.push(call);
    return { state: "granted" };
  },
};
const say = (rdns: string) => {
  const detail = { info: { rdns }, provider: rdns === "dev.satchel" ? provider : {} };
  window.dispatchEvent(new CustomEvent("ai:announceProvider", { detail }));
};
const choose = (detail: string) => document.dispatchEvent(new CustomEvent(builtInEvent, { detail }));

beforeEach(() => {
  asked = [];
  page.isSecureContext = true;
  page.ai = { generateText: () => undefined };
});
afterEach(() => {
  choose("off"); // nobody listens to a second one
  for (const name of NAMES) Reflect.deleteProperty(window, name);
});

describe("the browsers' built-in AI on a page", () => {
  it("is made over the provider of the page script, whichever script ran first", async () => {
    startBuiltIn(window as never);
    expect("LanguageModel" in page).toBe(true);
    say("somebody.else");
    const waiting = page.LanguageModel?.availability();
    say("dev.satchel");
    expect(await waiting).toBe("available");
    for (const name of NAMES) Reflect.deleteProperty(window, name);
    window.addEventListener("ai:requestProvider", () => say("dev.satchel"), { once: true });
    startBuiltIn(window as never);
    expect(await page.LanguageModel?.availability()).toBe("available");
    expect(asked.map(({ method }) => method)).toEqual(["ai_getPermissions", "ai_getPermissions"]);
  });

  it("is window.ai.languageModel for pages of early 2025, without a place among the original's keys", () => {
    startBuiltIn(window as never);
    expect(page.ai?.["languageModel"]).toBe(page.LanguageModel);
    expect(Object.keys(page.ai ?? {})).toEqual(["generateText"]);
  });

  it("leaves the browser's own alone, takes their place when the person says so, and goes when they say that", () => {
    const own = { availability: async () => "unavailable" };
    page.LanguageModel = own;
    startBuiltIn(window as never);
    expect([page.LanguageModel === own, typeof page.Writer]).toEqual([true, "function"]);
    choose("off");
    expect([page.LanguageModel === own, typeof page.Writer]).toEqual([true, "undefined"]);
    startBuiltIn(window as never);
    choose("always");
    expect([page.LanguageModel === own, typeof page.LanguageModel]).toEqual([false, "function"]);
  });

  it("takes the place of those that say they are unavailable, and only theirs, when the person says so", async () => {
    const works = { availability: async () => "available" };
    const silent = { availability: () => new Promise(() => undefined) };
    page.LanguageModel = { availability: async () => "unavailable" };
    Object.assign(page, { Summarizer: works, Translator: silent });
    startBuiltIn(window as never);
    say("dev.satchel");
    choose("unavailable");
    await expect.poll(() => page.LanguageModel?.availability(), { timeout: 30_000 }).toBe("available");
    expect(page.ai?.["languageModel"]).toBe(page.LanguageModel);
    expect([Reflect.get(page, "Summarizer"), Reflect.get(page, "Translator")]).toEqual([works, silent]);
  });

  it("is not there on pages that are not secure", () => {
    page.isSecureContext = false;
    startBuiltIn(window as never);
    expect("LanguageModel" in page).toBe(false);
  });
});
