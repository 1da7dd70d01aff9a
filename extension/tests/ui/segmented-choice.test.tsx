// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, it } from "vitest";
import { SegmentedChoice } from "../../src/ui/segmented-choice";

const OPTIONS = ["allow", "ask", "block"].map((value) => ({ value, label: value }));
const radio = (value: string) => document.querySelectorAll("input")[OPTIONS.findIndex((one) => one.value === value)];
const focused = () => OPTIONS.find(({ value }) => radio(value) === document.activeElement)?.value;

function show(acts: boolean): string[] {
  const chosen: string[] = [];
  render(
    <SegmentedChoice name="x" acts={acts} options={OPTIONS} value="allow" onChange={(value) => chosen.push(value)} />,
    document.body,
  );
  radio("allow")?.focus();
  return chosen;
}

/** Presses a key on what has the focus; returns whether the browser may still do its own. */
function key(name: string, more: KeyboardEventInit = {}): boolean {
  const event = new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, ...more });
  return document.activeElement?.dispatchEvent(event) ?? false;
}

afterEach(() => render(null, document.body));

it("where a choice acts at once, arrow keys only move, round and round, and enter chooses", () => {
  const chosen = show(true);
  for (const [name, at] of [
    ["ArrowRight", "ask"],
    ["ArrowDown", "block"],
    ["ArrowRight", "allow"],
    ["ArrowLeft", "block"],
    ["ArrowUp", "ask"],
  ] as const) {
    expect([key(name), focused(), chosen]).toEqual([false, at, []]);
  }
  expect(key("ArrowLeft", { altKey: true }), "the browser's way back").toBe(true);
  expect(focused()).toBe("ask");
  key("Enter");
  expect(chosen).toEqual(["ask"]);
});

it("elsewhere the keys are the browser's", () => {
  const chosen = show(false);
  expect([key("ArrowRight"), key("Enter"), focused(), chosen]).toEqual([true, true, "allow", []]);
});
