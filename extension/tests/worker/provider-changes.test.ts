import { describe, expect, it } from "vitest";
import type { ProviderChange } from "../../src/wire/provider-change";
import type { Caller } from "../../src/worker/caller";
import { ProviderChanges } from "../../src/worker/provider-changes";
import { memoryKeyValue } from "./memory-key-value";
import { turn } from "./turn";

const HERE = "https://satchel.example";
const LAB = "https://lab.example";
const check = { status: "accepted", message: null, models: 1 } as const;
const facts = { created_at: "2026-11-29T00:00:00Z", same_as: null, check };
const KEYS = [
  { id: "key_1", provider: "lab", label: null, base_url: "https://api.lab.example/v1", last4: "x9Qf", ...facts },
  { id: "key_2", provider: "custom", label: "mine", base_url: "https://mine.example/v1", last4: null, ...facts },
];
const row = { base_url: null, example_url: "", needs_key: true, local: false, billing_page: null };
const PROVIDERS = [
  { slug: "lab", name: "Lab", satchel: { ...row, key_page: `${LAB}/keys` } },
  { slug: "other", name: "Other", satchel: { ...row, key_page: "https://other.example/keys" } },
];

type Asker = Partial<Caller> & { active?: boolean; visible?: boolean };

function stage() {
  const opened: string[] = [];
  const closed: number[] = [];
  const fails = { keys: false };
  const changes = new ProviderChanges({
    backend: {
      keys: async () => (fails.keys ? Promise.reject(new Error("away")) : KEYS),
      providers: async () => PROVIDERS,
    },
    settings: { backend: async () => HERE },
    surface: {
      open: async (id) => ({ kind: "window", id: opened.push(id) }),
      close: async ({ id }) => void closed.push(id),
    },
    session: memoryKeyValue(),
  });
  const left = new Set<string>();
  const sinks = new Map<string, () => void>();
  const sinkOf = (origin: string) =>
    sinks.get(origin) ?? (sinks.set(origin, () => undefined).get(origin) as () => void);
  const ask = (origin: string, params: unknown, more: Asker = {}) => {
    const { active = false, visible = true, ...place } = more;
    const caller = { origin, embedder: null, tabId: 1, frameId: 0, ...place };
    const ends = { is: null as unknown };
    const wanted = () => !left.has(origin);
    void changes.request({ id: "1", params, caller, active, visible, wanted }, sinkOf(origin)).then(
      (value) => (ends.is = ["done", value]),
      (error: { code: number; data?: { satchelCode?: string } }) => (ends.is = [error.code, error.data?.satchelCode]),
    );
    return { ends, caller };
  };
  const gone = (origin: string) => {
    left.add(origin);
    changes.abandon(sinkOf(origin));
  };
  return { changes, ask, opened, closed, fails, gone };
}

const DEFAULT = { baseUrl: LAB, shouldSetDefault: true };
const NOTHING = async () => undefined;

describe("A12: a page that wants the person's provider changed", () => {
  it.each([
    ["of nobody whose key there is", "https://other.example", {}],
    ["of anybody", "https://evil.example", {}],
    ["of the provider's, with another name before it", "https://x.lab.example", {}],
    ["of the provider's, inside the page of another", LAB, { embedder: "https://evil.example" }],
    ["of the person's Satchel, inside the page of another", HERE, { embedder: LAB }],
  ])("A12: is refused and asks nobody when it is one %s", async (_, origin, place) => {
    const { ask, opened } = stage();
    const all = [{ shouldSetDefault: true }, { session: null }, { session: { email: "a@b.example" } }];
    const asked = all.map((params) => ask(origin, params, place));
    await turn();
    expect(asked.map(({ ends }) => ends.is)).toEqual(all.map(() => [4100, "foreign_origin"]));
    expect(opened).toEqual([]);
  });

  it.each([
    ["where a key for it is got", LAB, ["key_1"]],
    ["where the key is sent to", "https://api.lab.example", ["key_1"]],
    ["of a server that the person added", "https://mine.example", ["key_2"]],
    ["of the Satchel itself", HERE, undefined],
  ])("A12: asks the person when it is the one %s", async (_, origin, ids) => {
    const { changes, ask, opened, closed } = stage();
    const { ends } = ask(origin, { shouldSetDefault: true });
    await turn();
    const change = changes.of(opened[0] ?? "");
    expect([change?.kind, change?.origin, change?.keys?.map(({ id }) => id)]).toEqual(["default", origin, ids]);
    expect(ends.is).toBeNull();
    const made: ProviderChange[] = [];
    await changes.accept(opened[0] ?? "", async (one) => void made.push(one));
    await turn();
    expect([ends.is, made, closed, changes.of(opened[0] ?? "")]).toEqual([["done", null], [change], [1], null]);
  });

  it("A12: is told no by a press, a closed window, and silently for a minute after one unless the person acts on it", async () => {
    const { changes, ask, opened } = stage();
    const first = ask(LAB, { session: null });
    await turn();
    changes.refuse(opened[0] ?? "");
    await turn();
    const again = ask(LAB, DEFAULT);
    await turn();
    expect([first.ends.is, again.ends.is, opened.length]).toEqual([
      [4001, "consent_denied"],
      [4001, "consent_denied"],
      1,
    ]);
    const acted = ask(LAB, DEFAULT, { active: true });
    await turn();
    expect(opened).toHaveLength(2);
    changes.closed("window", 2);
    await turn();
    expect(acted.ends.is).toEqual([4001, "consent_denied"]);
  });

  it("A12: hears at once that there is nothing to do when it only says who is signed in", async () => {
    const { ask, opened } = stage();
    const session = { email: "a@b.example", expiresAt: 1, paymentUrl: `${LAB}/pay`, settingsUrl: `${LAB}/me` };
    const { ends } = ask(LAB, { baseUrl: `${LAB}/api`, session });
    await turn();
    expect([ends.is, opened]).toEqual([["done", null], []]);
  });

  it.each([
    [null],
    ["openrouter"],
    [{ baseUrl: "https://evil.example", shouldSetDefault: true }],
    [{ baseUrl: "javascript:alert(1)", shouldSetDefault: true }],
    [{ baseUrl: LAB.replace("https", "http"), shouldSetDefault: true }],
    [{ session: { paymentUrl: "https://evil.example/pay" }, shouldSetDefault: true }],
    [{ session: { settingsUrl: 7 } }],
    [{ session: "signed in" }],
    [{ shouldSetDefault: "yes" }],
    [{ session: null, shouldSetDefault: true }],
  ])("A12: may not name what is elsewhere, nor what makes no sense: %j", async (params) => {
    const { ask, opened } = stage();
    const { ends } = ask(LAB, params);
    await turn();
    expect([ends.is, opened]).toEqual([[-32602, "malformed_request"], []]);
  });

  it("A12: asks from a hidden tab, while another question is open, or while nobody can say whose it is: each ends", async () => {
    const { ask, opened, fails } = stage();
    const hidden = ask(LAB, DEFAULT, { visible: false });
    await turn();
    const open = ask(LAB, DEFAULT);
    await turn();
    const second = ask("https://mine.example", { session: null });
    await turn();
    fails.keys = true;
    const away = ask(LAB, DEFAULT);
    await turn();
    expect([hidden.ends.is, second.ends.is]).toEqual([
      [4001, "consent_denied"],
      [4290, "question_open"],
    ]);
    expect([open.ends.is, away.ends.is, opened.length]).toEqual([null, [undefined, undefined], 1]);
  });

  it("A12: goes away, or thinks better of it: its question goes with it, also when it is put only then", async () => {
    const { changes, ask, opened, closed, gone } = stage();
    const { ends, caller } = ask(LAB, DEFAULT);
    await turn();
    changes.cancel(caller, "1");
    await turn();
    const left = ask("https://mine.example", { session: null });
    gone("https://mine.example");
    await turn();
    expect([ends.is, left.ends.is, opened.length, closed]).toEqual([
      [4001, "consent_denied"],
      [4001, "cancelled"],
      1,
      [1],
    ]);
  });

  it("A12: waits while a yes that could not be done is tried again, and hears no if the window was closed over it", async () => {
    const { changes, ask, opened } = stage();
    const fail = async () => {
      throw new Error("Your Satchel does not answer");
    };
    const first = ask(LAB, DEFAULT);
    await turn();
    await expect(changes.accept(opened[0] ?? "", fail)).rejects.toThrow("does not answer");
    expect(first.ends.is).toBeNull();
    await changes.accept(opened[0] ?? "", NOTHING);
    await turn();
    const second = ask(LAB, DEFAULT);
    await turn();
    const failing = changes.accept(opened[1] ?? "", () => {
      changes.closed("window", 2);
      return fail();
    });
    await expect(failing).rejects.toThrow("does not answer");
    await turn();
    expect([first.ends.is, second.ends.is]).toEqual([
      ["done", null],
      [4001, "consent_denied"],
    ]);
  });
});
