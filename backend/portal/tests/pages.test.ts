// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ARM_AFTER_MS, armButtons } from "../src/pages/armButtons";

let form: HTMLFormElement;
const states = () => [...form.querySelectorAll("button")].map((button) => button.getAttribute("aria-disabled"));
const submitted = () => form.dispatchEvent(new Event("submit", { cancelable: true }));

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML =
    '<form data-arm><button name="decision" value="deny">Deny</button><button name="decision" value="allow">Allow</button></form>';
  form = document.querySelector("form") as HTMLFormElement;
  armButtons(form, window as unknown as Window);
});
afterEach(() => vi.useRealTimers());

test("a press in the first moment decides nothing", () => {
  expect(states()).toEqual(["true", "true"]);
  expect(submitted()).toBe(false);
  vi.advanceTimersByTime(ARM_AFTER_MS - 1);
  expect(submitted()).toBe(false);
});

test("after that moment the buttons work", () => {
  vi.advanceTimersByTime(ARM_AFTER_MS);
  expect(states()).toEqual([null, null]);
  expect(submitted()).toBe(true);
});

test("the moment begins anew whenever the window comes back or changes its size", () => {
  for (const event of ["focus", "resize"]) {
    vi.advanceTimersByTime(ARM_AFTER_MS);
    window.dispatchEvent(new Event(event));
    expect(states()).toEqual(["true", "true"]);
    vi.advanceTimersByTime(ARM_AFTER_MS - 1);
    window.dispatchEvent(new Event(event));
    vi.advanceTimersByTime(1);
    expect(submitted()).toBe(false);
  }
});
