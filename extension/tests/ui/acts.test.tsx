// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, it } from "vitest";
import { BrowserModelRow } from "../../src/ui/browser-model-row";
import { CompareColumn } from "../../src/ui/compare-column";
import { ConnectStep } from "../../src/ui/connect-step";
import { DirectSettings } from "../../src/ui/direct-settings";
import { DoomDialog } from "../../src/ui/doom-dialog";
import { FirstRunScreen } from "../../src/ui/first-run-screen";
import { GenerationPanel } from "../../src/ui/generation-panel";
import { ImportChoices } from "../../src/ui/import-choices";
import { ImportOld } from "../../src/ui/import-old";
import { KeyRow } from "../../src/ui/key-row";
import { PopupScreen } from "../../src/ui/popup-screen";
import { SectionActivity } from "../../src/ui/section-activity";
import { SectionCompare } from "../../src/ui/section-compare";
import { SectionModels } from "../../src/ui/section-models";
import { SectionSites } from "../../src/ui/section-sites";
import { SidePanelScreen } from "../../src/ui/side-panel-screen";
import { VaultCard } from "../../src/ui/vault-card";
import type { Grant } from "../../src/wire/grant";
import type { Model } from "../../src/wire/model";

const nothing = () => undefined;
const FAULT = "Your Satchel did not answer in time";
const away = async () => {
  throw new Error(FAULT);
};
const never = () => new Promise<never>(nothing);
const text = () => document.body.textContent ?? "";
const button = (name: string) =>
  [...document.querySelectorAll("button")].find((one) => (one.getAttribute("aria-label") ?? one.textContent) === name);
const there = (name: string) => expect.poll(() => button(name), { timeout: 30_000 }).toBeDefined();
const has = (name: string) =>
  expect.poll(() => document.activeElement === button(name), { timeout: 30_000 }).toBe(true);
const isBusy = (name: string) =>
  expect.poll(() => button(name)?.getAttribute("aria-busy"), { timeout: 30_000 }).toBe("true");
const says = (words: string) => expect.poll(text, { timeout: 30_000 }).toContain(words);
const main = () => document.querySelector("#main");

/** A screen in the page's content, as the options page shows it. */
function show(screen: preact.JSX.Element): void {
  render(
    <main id="main" tabIndex={-1}>
      {screen}
    </main>,
    document.body,
  );
}

/** Presses a button that has the focus, as keys do. */
function press(name: string): void {
  button(name)?.focus();
  button(name)?.click();
}

function model(id: string): Model {
  const price = { input_usd_per_mtok: "0", output_usd_per_mtok: "0", as_of: "" };
  const at = { provider: "lab", provider_name: "Lab", key_label: null, local: false, available: true, reason: null };
  const satchel = { ...at, capabilities: ["chat"], price, preferred: false };
  return { id, name: id, description: null, context_length: null, satchel };
}

const UP = {
  ...{ connection: "connected", backend: "http://127.0.0.1:8787", paused: false, live: [], site: null },
  ...{ refused: null, missed: null, account: null },
};
const MODELS = {
  snapshot: async () => UP,
  account: async () => ({ preferred_model: "one" }),
  models: async () => ["one", "two"].map(model),
  everyModel: async () => ["one", "two"].map(model),
  favourites: async () => new Set<string>(),
  grants: async () => [] as Grant[],
};

afterEach(() => render(null, document.body));

it("the popup's picker gives the focus back to the button that opened it", async () => {
  const source = {
    ...{ ...MODELS, generations: async () => [], watch: () => nothing },
    vaultDoor: { vault: async () => ({ mode: "managed" }), device: async () => false },
  };
  render(<PopupScreen source={source as never} />, document.body);
  const opener = () => document.querySelector<HTMLButtonElement>(".pickbtn");
  await expect.poll(opener, { timeout: 30_000 }).not.toBeNull();
  opener()?.click();
  await expect.poll(() => document.querySelector("[role=combobox]"), { timeout: 30_000 }).not.toBeNull();
  const key = new KeyboardEvent("keydown", { key: "Escape", bubbles: true });
  document.querySelector("[role=combobox]")?.dispatchEvent(key);
  await expect.poll(() => opener() !== null && document.activeElement === opener(), { timeout: 30_000 }).toBe(true);
});

it("a dialog is closed before its deed is told: behind an open one nothing can have the focus", async () => {
  let wasOpen: boolean | undefined;
  const words = { question: "?", text: "", keep: "Keep", doom: "Forget" };
  const done = () => {
    wasOpen = document.querySelector("dialog")?.open;
  };
  show(<DoomDialog {...words} deed={async () => undefined} onKept={nothing} onDone={done} />);
  await expect.poll(() => document.querySelector("dialog")?.open).toBe(true);
  press("Forget");
  await expect.poll(() => wasOpen).toBe(false);
});

const took = {
  reason: "stop",
  error_code: null,
  started_at: "2026-11-28T00:00:00Z",
  first_event_ms: 5,
  duration_ms: 9,
};
const line = {
  ...{ id: "gen_1", origin: "https://a.example", app: null, model: "one", requested_model: "one", provider: "lab" },
  ...{ ...took, status: "finished", cost: { nusd: 0, known: true } },
  usage: { input_tokens: 1, output_tokens: 2, reasoning_tokens: 0, cached_tokens: 0, estimated: false },
};

it("what is closed or forgotten in the activity leaves the focus on its line, or on the list", async () => {
  const source = {
    ...{ ...MODELS, forgetGeneration: async () => undefined },
    generationPage: async () => ({ data: [line], next_cursor: null }),
  };
  show(<SectionActivity source={source as never} item="gen_1" />);
  await there("Close");
  press("Close");
  await expect.poll(() => button("Close")).toBeUndefined();
  expect(document.activeElement).toBe(document.querySelector("tbody button"));
  document.querySelector<HTMLButtonElement>("tbody button")?.click();
  await there("Forget this");
  press("Forget this");
  await there("Forget");
  press("Forget");
  await expect.poll(() => document.querySelector("dialog")).toBeNull();
  expect(document.activeElement).toBe(main());
});

it("an answer that could not be stopped is said to run on", async () => {
  const live = { ...line, status: "live" } as never;
  show(<GenerationPanel generation={live} modelName="one" onClose={nothing} stop={away} onForget={nothing} />);
  press("Stop");
  await says(FAULT);
});

const grant: Grant = {
  ...{ id: "grant_1", origin: "https://notes.example", embedder: null, state: "allowed" },
  ...{ created_at: "2026-11-28T00:00:00Z", last_used_at: null },
  caveats: { models: null, budget: null, rate_per_minute: null, expires_at: null },
};

it("a site's state is changed without a loss of the focus; what is kept is seen to be kept; what goes leaves it on the page", async () => {
  let kept = [grant];
  const source = {
    ...{ ...MODELS, grants: async () => kept, siteBuiltIn: async () => ({}) },
    preferences: async () => ({ languageModel: "off" }),
    putGrant: async ({ state }: Grant) => {
      kept = [{ ...grant, state }];
      if (state === "allowed") await never();
    },
    deleteGrant: async () => {
      kept = [];
    },
  };
  show(<SectionSites source={source as never} item="grant_1" />);
  const radios = () => [...document.querySelectorAll<HTMLInputElement>("[name=site-state]")];
  await expect.poll(() => radios().length, { timeout: 30_000 }).toBe(3);
  radios()[2]?.focus();
  radios()[2]?.click();
  await expect.poll(() => button("Save limits"), { timeout: 30_000 }).toBeUndefined();
  expect(document.activeElement).toBe(radios()[2]);
  radios()[1]?.focus();
  radios()[1]?.click();
  await says("Undo");
  await expect.poll(() => radios().length).toBe(0);
  expect(document.activeElement).toBe(main());
  kept = [grant];
  render(null, document.body);
  show(<SectionSites source={source as never} item="grant_1" />);
  await there("Save limits");
  document.querySelector("form")?.requestSubmit();
  await isBusy("Save limits");
});

it("a key's form is not closed by a check that ends, and gives the focus back", async () => {
  const check = { status: "accepted", message: null, models: 1 };
  const key = { id: "k", label: null, base_url: "https://lab.example/v1", last4: "x9Qf", same_as: null, check };
  let ended = nothing as () => void;
  const source = { checkKey: () => new Promise<void>((resolve) => (ended = resolve)) };
  show(<KeyRow shown={key as never} name="lab" source={source as never} onChange={nothing} />);
  press("Check lab");
  await isBusy("Check lab");
  press("Replace lab");
  ended();
  await expect.poll(() => button("Check lab")?.getAttribute("aria-busy")).toBe("false");
  expect(document.querySelector("form")).toBeNull();
  press("Replace lab");
  await there("Cancel");
  press("Cancel");
  await has("Replace lab");
});

it("a sign-out that fails is said; the form takes the focus, and Cancel gives it back", async () => {
  const source = { disconnect: away };
  show(<ConnectStep source={source as never} snapshot={UP as never} onChange={nothing} />);
  press("Change");
  await expect.poll(() => document.activeElement?.id).toBe("address");
  press("Disconnect");
  await says(FAULT);
  press("Cancel");
  await has("Change");
});

it("a browser that cannot say whether it has a model is not waited for without end", async () => {
  show(<BrowserModelRow source={{ browserModel: away } as never} isOn={false} onSet={nothing} />);
  await says(FAULT);
});

it("a file that cannot be read is said to hold nothing", async () => {
  show(<ImportOld source={{} as never} />);
  const input = document.querySelector<HTMLInputElement>("#import-file");
  Object.defineProperty(input, "files", { value: [{ text: away }] });
  input?.dispatchEvent(new Event("change", { bubbles: true }));
  await expect.poll(() => document.querySelector("[role=alert]"), { timeout: 30_000 }).not.toBeNull();
});

it("what came of bringing over takes the focus", async () => {
  const found = { keys: [], sites: [], history: [], left: [], preferred: null };
  show(<ImportChoices found={found} source={{} as never} onDone={nothing} />);
  press("Bring over");
  await has("Close");
});

it("without a model there is nothing to compare and nobody to talk to, and a way to one", async () => {
  const none = { ...MODELS, models: async () => [], watchSelection: () => nothing };
  for (const Screen of [SectionCompare, SidePanelScreen]) {
    show(<Screen source={none as never} />);
    await says("No model yet");
    expect(document.querySelector("a[href$='#keys']")?.textContent).toBe("Add a key");
    render(null, document.body);
  }
});

it("a column that is taken away leaves the focus on the answers", async () => {
  show(<SectionCompare source={{ ...MODELS, ask: never } as never} />);
  await there("Take one away");
  press("Take one away");
  await expect.poll(() => button("Take one away")).toBeUndefined();
  expect(document.activeElement).toBe(document.querySelector(".cmp"));
});

it("servers of this computer are seen to be looked for again, and an address to be kept", async () => {
  let looks = 0;
  const source = {
    ...{ maySeeLocal: async () => true, browserModel: async () => "unavailable", setLocalServer: never },
    localServers: async () => {
      looks += 1;
      return looks === 1 ? { isOn: true, own: null, servers: [] } : never();
    },
  };
  show(<DirectSettings source={source as never} chosen={{ direct: "always" } as never} onSet={nothing} />);
  await there("Look again");
  document.querySelector("form")?.requestSubmit();
  await isBusy("Save");
  press("Look again");
  await isBusy("Look again");
});

it("a vault is seen to be being locked, and its form has the focus afterwards", async () => {
  let state = { mode: "locked", unlocked: true, until_at: null, idle_s: 900, wraps: [] };
  let locked = nothing as () => void;
  const lock = () =>
    new Promise<void>((resolve) => {
      locked = resolve;
    });
  const door = { vault: async () => state, device: async () => false, lock };
  show(<VaultCard door={door as never} onUnlocked={nothing} />);
  await there("Lock now");
  press("Lock now");
  await isBusy("Lock now");
  state = { ...state, unlocked: false };
  locked();
  await says("Your vault is locked");
  await expect.poll(() => document.activeElement?.id).toBe("vault-title");
});

it("a question that failed is asked anew in its place, and the focus stays in the conversation", async () => {
  const asked: unknown[] = [];
  const ask = async ({ messages }: { messages: unknown }) => {
    asked.push(messages);
    return away();
  };
  show(
    <SidePanelScreen source={{ ...MODELS, watchSelection: () => nothing, clearSelection: nothing, ask } as never} />,
  );
  await expect.poll(() => document.querySelector("textarea"), { timeout: 30_000 }).not.toBeNull();
  const field = document.querySelector("textarea") as HTMLTextAreaElement;
  field.value = "Why?";
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await expect.poll(() => button("Send")?.getAttribute("aria-disabled")).toBe("false");
  press("Send");
  await there("Try again");
  press("Try again");
  await expect.poll(() => asked.length).toBe(2);
  expect(asked[1]).toEqual([{ role: "user", content: "Why?" }]);
  await there("Try again");
  expect(document.querySelectorAll("[role=alert]")).toHaveLength(1);
  expect(document.activeElement?.className).toBe("stack s4");
});

it("a column that is stopped or asked anew keeps the focus", async () => {
  const isStopped = (_: unknown, __: unknown, signal: AbortSignal) =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error(FAULT))));
  let ask: unknown = isStopped;
  const round = { number: 1, prompt: "Why?" };
  const column = () => (
    <CompareColumn
      {...{ model: model("one"), round, stops: 0, onRunning: nothing, onRemove: nothing }}
      ask={((...how: Parameters<typeof isStopped>) => (ask as typeof isStopped)(...how)) as never}
    />
  );
  const place = () => document.querySelector("[aria-label=one]");
  show(column());
  await there("Stop the generation for one");
  press("Stop the generation for one");
  await expect.poll(() => button("Stop the generation for one")).toBeUndefined();
  expect(document.activeElement).toBe(place());
  render(null, document.body);
  ask = away;
  show(column());
  await there("Try again");
  ask = never;
  press("Try again");
  await expect.poll(() => button("Try again")).toBeUndefined();
  expect(document.activeElement).toBe(place());
});

it("a model that is chosen is seen to be kept, and has the focus where its button was", async () => {
  let preferred = "one";
  let kept = nothing as () => void;
  const source = {
    ...{ ...MODELS, account: async () => ({ preferred_model: preferred }) },
    setModel: (id: string) =>
      new Promise<void>((resolve) => {
        kept = () => {
          preferred = id;
          resolve();
        };
      }),
  };
  show(<SectionModels source={source as never} onChange={nothing} />);
  await there("Use two");
  press("Use two");
  await isBusy("Use two");
  kept();
  await expect.poll(() => button("Use two"), { timeout: 30_000 }).toBeUndefined();
  await expect.poll(() => document.activeElement?.className).toBe("tag ok");
  render(null, document.body);
  render(<FirstRunScreen source={source as never} onSettings={nothing} />, document.body);
  await there("Use one");
  press("Use one");
  await isBusy("Use one");
});
