// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import { spendActivation } from "../../src/polyfill/gate.js";

/** Act on the page as a person does, or as a script that pretends. */
function act(isTrusted: boolean) {
  const event = new Event("pointerdown");
  Object.defineProperty(event, "isTrusted", { value: isTrusted });
  globalThis.dispatchEvent(event);
}

afterEach(() => vi.unstubAllGlobals());

test("what the person did on the page is good for one question, and only while it is fresh", () => {
  vi.stubGlobal("navigator", { userActivation: { isActive: false, hasBeenActive: true } });
  expect(spendActivation()).toBe(false);
  vi.stubGlobal("navigator", { userActivation: { isActive: true, hasBeenActive: true } });
  expect([spendActivation(), spendActivation()]).toEqual([true, false]);
  act(false);
  expect(spendActivation()).toBe(false);
  act(true);
  expect([spendActivation(), spendActivation()]).toEqual([true, false]);
  vi.stubGlobal("navigator", {});
  expect(spendActivation()).toBe(true);
});
