// @vitest-environment happy-dom
import { afterEach, expect, test } from "vitest";
import { BUILT_IN_NAMES, builtInOver } from "../../src/polyfill/builtInAI.js";
import { installBuiltIn } from "../../src/polyfill/installBuiltIn.js";
import { polyfill } from "../../src/polyfill/polyfill.js";
import { fakeTransport } from "../fakeTransport.js";

const page = globalThis as Record<string, unknown>;
afterEach(() => {
  for (const name of BUILT_IN_NAMES) delete page[name];
});

const { connect } = fakeTransport(() => ({ state: "granted" }));
const native = (availability: string) => ({ availability: async () => availability });

test("the browser's own objects stay, unless they are to go", async () => {
  const own = native("unavailable");
  page.LanguageModel = own;
  expect(await polyfill({ transport: connect })).not.toContain("LanguageModel");
  expect(page.LanguageModel).toBe(own);
  expect(await polyfill({ transport: connect, when: "always" })).toContain("LanguageModel");
  expect(page.LanguageModel).not.toBe(own);
});

test("only objects that say they are unavailable give way, where that was asked", async () => {
  page.LanguageModel = native("unavailable");
  const works = native("available");
  page.Summarizer = works;
  const names = await polyfill({ transport: connect, when: "unavailable" });
  expect(names).toContain("LanguageModel");
  expect(names).not.toContain("Summarizer");
  expect(page.Summarizer).toBe(works);
});

test("a translator is asked for a pair of languages, and what does not say stays", async () => {
  const translator = {
    async availability(pair?: object) {
      if (pair === undefined) throw new TypeError("sourceLanguage is required");
      return "downloadable";
    },
  };
  const broken = { availability: () => Promise.reject(new DOMException("Not now", "InvalidStateError")) };
  Object.assign(page, { Translator: translator, Summarizer: broken });
  const names = await polyfill({ transport: connect, when: "unavailable" });
  expect(names).not.toContain("Translator");
  expect([page.Translator, page.Summarizer]).toEqual([translator, broken]);
});

test("what a page puts in the place of an unavailable object while that is asked stays", async () => {
  page.LanguageModel = native("unavailable");
  const done = polyfill({ transport: connect, when: "unavailable" });
  const theirs = native("available");
  page.LanguageModel = theirs;
  expect(await done).not.toContain("LanguageModel");
  expect(page.LanguageModel).toBe(theirs);
});

test("nothing is made before the first touch; they are not enumerable, and can be replaced", () => {
  let made = 0;
  const target: Record<string, unknown> = {};
  installBuiltIn(target, () => {
    made += 1;
    return builtInOver(() => connect({ timeoutMs: 0 }));
  });
  expect("LanguageModel" in target).toBe(true);
  expect([made, Object.keys(target)]).toEqual([0, []]);
  const { LanguageModel } = target;
  expect([made, target.LanguageModel === LanguageModel, typeof target.Writer]).toEqual([1, true, "function"]);
  target.Writer = 7;
  target.Translator = 8;
  expect([made, target.Writer, target.Translator]).toEqual([1, 7, 8]);
});
