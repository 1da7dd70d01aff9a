// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, it } from "vitest";
import { OptionsScreen } from "../../src/ui/options-screen";

/** Something that does not answer until it is told to; each call is counted. */
function slow<T>() {
  const waiting: { resolve(value: T): void; reject(problem: Error): void }[] = [];
  const call = () => new Promise<T>((resolve, reject) => waiting.push({ resolve, reject }));
  return { call, waiting, count: () => waiting.length };
}

const TIMED_OUT = "Your Satchel did not answer in time";
const text = () => document.body.textContent ?? "";
const shown = (words: string) => expect.poll(text, { timeout: 30_000 }).toContain(words);
const button = (name: string) =>
  [...document.querySelectorAll("button")].find((one) => (one.ariaLabel ?? one.textContent) === name);

beforeEach(() => {
  location.hash = "";
});
afterEach(() => render(null, document.body));

it("the options page says that it waits, then what went wrong, and tries again on a press", async () => {
  const snapshot = slow<unknown>();
  const source = { snapshot: snapshot.call, siteBuiltIn: snapshot.call, preferences: snapshot.call };
  location.hash = "#settings";
  render(<OptionsScreen source={source as never} />, document.body);
  expect(document.querySelector(".skeleton")).not.toBeNull();
  await expect.poll(snapshot.count).toBe(1);
  snapshot.waiting[0]?.reject(new Error(TIMED_OUT));
  await shown(TIMED_OUT);
  button("Try again")?.click();
  await expect.poll(() => button("Try again")?.getAttribute("aria-busy")).toBe("true");
  button("Try again")?.click();
  await expect.poll(snapshot.count).toBe(2);
  snapshot.waiting[1]?.resolve({ connection: "unreachable", backend: "http://127.0.0.1:8787", paused: false });
  await expect.poll(() => document.querySelector("nav")).not.toBeNull();
});
