// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ChooseScreen } from "../../src/ui/choose-screen";
import { FirstRunScreen } from "../../src/ui/first-run-screen";
import { OptionsScreen } from "../../src/ui/options-screen";
import { PopupScreen } from "../../src/ui/popup-screen";
import { ProviderScreen } from "../../src/ui/provider-screen";
import { TroubleScreen } from "../../src/ui/trouble-screen";
import { VaultCard } from "../../src/ui/vault-card";

/** Something that does not answer until it is told to; each call is counted. */
function slow<T>() {
  const waiting: { resolve(value: T): void; reject(problem: Error): void }[] = [];
  const call = () => new Promise<T>((resolve, reject) => waiting.push({ resolve, reject }));
  return { call, waiting, count: () => waiting.length };
}

const DOWN = {
  ...{ connection: "unreachable", backend: "http://127.0.0.1:8787", paused: false, account: null },
  ...{ live: [], site: null, refused: null, missed: null },
};
const UP = { ...DOWN, connection: "connected" };
const TIMED_OUT = "Your Satchel did not answer in time";
const text = () => document.body.textContent ?? "";
const shown = (words: string) => expect.poll(text, { timeout: 30_000 }).toContain(words);
const button = (name: string) =>
  [...document.querySelectorAll("button")].find((one) => (one.getAttribute("aria-label") ?? one.textContent) === name);

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
  snapshot.waiting[1]?.resolve(DOWN);
  await expect.poll(() => document.querySelector("nav")).not.toBeNull();
});

const OPEN = { mode: "managed", unlocked: true };
const away = async () => {
  throw new Error(TIMED_OUT);
};

/** Fails until it is told otherwise. */
function broken<T>(value: T) {
  let isAway = true;
  const call = async () => (isAway ? away() : value);
  const mend = () => {
    isAway = false;
  };
  return { call, mend };
}

it("the popup tries again on a press, also where something else had come before, and shows that it looks again", async () => {
  const models = broken([]);
  const snapshot = slow<unknown>();
  const source = {
    ...{ snapshot: snapshot.call, models: models.call, generations: async () => [], grants: async () => [] },
    watch: () => () => undefined,
    vaultDoor: { vault: async () => OPEN, device: async () => false },
  };
  render(<PopupScreen source={source as never} />, document.body);
  await expect.poll(snapshot.count).toBe(1);
  snapshot.waiting[0]?.resolve(DOWN);
  await expect.poll(() => document.querySelector("h1")).not.toBeNull();
  button("Try again")?.click();
  await expect.poll(() => button("Try again")?.getAttribute("aria-busy")).toBe("true");
  snapshot.waiting[1]?.resolve(UP);
  await shown(TIMED_OUT);
  models.mend();
  const again = document.querySelector<HTMLButtonElement>("[role=alert] button");
  again?.click();
  await expect.poll(snapshot.count).toBe(3);
  snapshot.waiting[2]?.resolve(UP);
  await expect.poll(() => document.querySelector(".pickbtn")).not.toBeNull();
  expect(text()).not.toContain(TIMED_OUT);
});

it("the first steps say what went wrong, also after the sign-in, and try again on a press", async () => {
  const models = broken([]);
  let connection = "signed_out";
  const source = {
    ...{ snapshot: async () => ({ ...UP, connection }), models: models.call, favourites: async () => new Set() },
    setBackend: async (address: string) => address,
    connect: async () => {
      connection = "connected";
    },
  };
  render(<FirstRunScreen source={source as never} onSettings={() => undefined} />, document.body);
  await expect.poll(() => document.querySelector("form"), { timeout: 30_000 }).not.toBeNull();
  document.querySelector("form")?.requestSubmit();
  await shown(TIMED_OUT);
  models.mend();
  button("Try again")?.click();
  await expect.poll(text).toContain("127.0.0.1:8787");
  expect(text()).not.toContain(TIMED_OUT);
});

it("a vault that could not be looked at is not passed over in silence", async () => {
  const vault = broken({ mode: "locked", unlocked: false, wraps: [] });
  const door = { vault: vault.call, device: async () => false };
  render(<VaultCard door={door as never} onUnlocked={() => undefined} />, document.body);
  await shown(`Whether your vault is locked could not be found out. ${TIMED_OUT}`);
  vault.mend();
  button("Try again")?.click();
  await shown("Your vault is locked");
});

it.each([
  ["a provider's question", ProviderScreen, "change", "Leave it as it is"],
  ["a choice among models", ChooseScreen, "choice", "Choose none"],
] as const)("%s that could not be loaded is asked for again, and can be refused", async (_, Screen, asks, no) => {
  const said: string[] = [];
  let count = 0;
  const source = {
    [asks]: () => {
      count += 1;
      return away();
    },
    refuse: async () => void said.push("no"),
    close: () => void said.push("closed"),
  };
  render(<Screen source={source as never} />, document.body);
  await shown(TIMED_OUT);
  button("Try again")?.click();
  await expect.poll(() => count).toBe(2);
  await expect.poll(() => button(no)?.getAttribute("aria-disabled"), { timeout: 30_000 }).toBe("false");
  button(no)?.click();
  await expect.poll(() => said).toEqual(["no", "closed"]);
});

it("what a page waits for can be given up although nobody could say what it is", async () => {
  const said: unknown[] = [];
  const trouble = broken(null);
  const source = {
    ...{ trouble: trouble.call, keys: async () => [], providers: async () => [], close: () => undefined },
    decide: async (isRight: boolean) => void said.push(isRight),
  };
  render(<TroubleScreen source={source as never} />, document.body);
  await shown(TIMED_OUT);
  button("Cancel")?.click();
  await expect.poll(() => said).toEqual([false]);
  trouble.mend();
  button("Try again")?.click();
  await shown("Nothing waits any more.");
});
