// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PortalApp } from "../src/account/PortalApp";

type Replies = Record<string, unknown>;
const ACCOUNT = {
  id: "acct_1",
  email: "mira@holt.example",
  preferred_model: "a/b",
  today: { cost_nusd: 3_180_000_000, generations: 128 },
  budget: null,
  apps: 1,
};
const NOTHING: Replies = {
  account: ACCOUNT,
  models: { data: [] },
  grants: { data: [] },
  keys: { data: [] },
  vault: {
    mode: "managed",
    unlocked: true,
    everywhere: false,
    until_at: null,
    idle_s: null,
    locked_by_hand: false,
    wraps: [],
  },
  generations: { data: [], next_cursor: null },
};
let host: HTMLElement;

beforeEach(() => {
  host = document.createElement("div");
  document.body.append(host);
  location.hash = "";
});
afterEach(() => {
  render(null, host);
  host.remove();
  vi.unstubAllGlobals();
});

function serve(replies: Replies, status = 200): void {
  vi.stubGlobal("fetch", async (url: string) => {
    const name = url.replace("/portal/api/", "").replace(/[/?].*/, "");
    return Response.json(replies[name] ?? {}, { status });
  });
}

async function shown(hash = ""): Promise<string> {
  location.hash = hash;
  render(<PortalApp />, host);
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  return host.querySelector("main")?.textContent ?? "";
}

test("a new account sees its address, its figures, and what to do first", async () => {
  serve(NOTHING);
  const text = await shown();
  for (const words of ["mira@holt.example", "$3.18", "128", "Nothing was asked yet", "Try the demo page", "Add one"]) {
    expect(text).toContain(words);
  }
});

test("every page says why it is empty", async () => {
  serve(NOTHING);
  expect(await shown("#/sites")).toContain("No site has asked yet");
  render(null, host);
  expect(await shown("#/activity")).toContain("Nothing was asked yet");
  render(null, host);
  expect(await shown("#/keys")).toContain("No key yet");
});

test("an ended sign-in leads back to signing in, once", async () => {
  serve({}, 401);
  await shown();
  const links = host.querySelectorAll('a[href="/sign-in?next=%2F"]');
  expect(links).toHaveLength(1);
});

test("leaving is a plain form, so it works whatever else is broken", async () => {
  serve({}, 503);
  await shown();
  expect(host.querySelector<HTMLFormElement>('form[action="/sign-out"]')?.method).toBe("post");
});

test("names of sites and models are text, never markup", async () => {
  const evil = '<img src=x onerror="alert(1)">';
  const grant = {
    id: "grant_1",
    origin: evil,
    embedder: null,
    state: "allowed",
    created_at: "2026-11-01T00:00:00Z",
    last_used_at: null,
    caveats: { models: [evil], budget: null, rate_per_minute: null, expires_at: null },
  };
  serve({ ...NOTHING, grants: { data: [grant] } });
  expect(await shown("#/sites")).toContain(evil);
  expect(host.querySelector("main img")).toBeNull();
});

test("activity calls a model by its name, and by its id where the account has it no more", async () => {
  const usage = { input_tokens: 3, output_tokens: 5, estimated: false };
  const asked = { origin: null, app: "Editor", status: "finished", provider: "holt", usage, cost: { nusd: 0 } };
  const times = { started_at: "2026-11-01T00:00:00Z", first_event_ms: 1, duration_ms: 2 };
  const failed = [{ provider: "holt", endpoint: "holt:gone", code: "key_rejected", duration_ms: 40 }];
  const generations = ["a/known", "a/gone"].map((model) => ({
    id: model,
    model,
    requested_model: model,
    ...asked,
    ...times,
    ...(model === "a/gone" ? { failed_attempts: failed } : {}),
  }));
  const models = { data: [{ id: "a/known", name: "Known One", endpoints: [] }] };
  serve({ ...NOTHING, models, generations: { data: generations, next_cursor: null } });
  const text = await shown("#/activity");
  expect(text).toContain("Known One");
  expect(text).not.toContain("a/known");
  expect(text).toContain("a/gone");
  expect(host.querySelector("details.tries summary")?.textContent).toBe("1 endpoint did not answer");
  expect(host.querySelector("details.tries li")?.textContent).toContain("key_rejected · 40 ms");
});

test("a locked vault is said on every page, and is the first thing on the page of keys", async () => {
  const wraps = [{ id: "wrap_1", kind: "passphrase", label: null, created_at: "2026-11-01T00:00:00Z" }];
  serve({
    ...NOTHING,
    vault: {
      mode: "locked",
      unlocked: false,
      everywhere: false,
      until_at: null,
      idle_s: null,
      locked_by_hand: false,
      wraps,
    },
  });
  expect(await shown()).toContain("Your vault is locked.");
  expect(host.querySelector("main a")?.getAttribute("href")).toBe("#/keys");
  render(null, host);
  expect(await shown("#/keys")).toContain("Passphrase or recovery code");
  expect(host.textContent).not.toContain("Unlock with passkey");
});

test("who comes from the extension unlocks for all apps, also where it is unlocked here already", async () => {
  const wraps = [{ id: "wrap_1", kind: "passphrase", label: null, created_at: "2026-11-01T00:00:00Z" }];
  const state = { mode: "locked", everywhere: false, until_at: null, idle_s: null, locked_by_hand: false, wraps };
  serve({ ...NOTHING, vault: { ...state, unlocked: true } });
  expect(await shown("#/keys?everywhere")).toContain("Unlock the vault for your other apps");
  expect(host.querySelector<HTMLInputElement>(".vault-unlock input[type=checkbox]")?.checked).toBe(true);
  expect(host.textContent).not.toContain("I have lost my passphrase");
  render(null, host);
  serve({ ...NOTHING, vault: { ...state, unlocked: true, everywhere: true } });
  expect(await shown("#/keys?everywhere")).toContain("Unlocked for all your apps");
});

test("an unlocked vault says how it can be unlocked, and offers to lock it", async () => {
  const wraps = [{ id: "wrap_1", kind: "passkey_prf", label: "Phone", created_at: "2026-11-01T00:00:00Z" }];
  serve({
    ...NOTHING,
    vault: {
      mode: "locked",
      unlocked: true,
      everywhere: true,
      until_at: null,
      idle_s: null,
      locked_by_hand: false,
      wraps,
    },
  });
  const text = await shown("#/keys");
  for (const words of ["Unlocked for all your apps", "Lock now", "Phone", "New passphrase and code…"]) {
    expect(text).toContain(words);
  }
});

test("only the owner is shown the way to invitations", async () => {
  const ways = () => host.querySelectorAll('a[href="#/invitations"]').length;
  serve({ ...NOTHING, account: { ...ACCOUNT, is_owner: true } });
  await shown("#/security");
  expect(ways()).toBe(2);
  render(null, host);
  serve({ ...NOTHING, account: { ...ACCOUNT, is_owner: false } });
  await shown("#/security");
  expect(ways()).toBe(0);
});

const GENERATION = {
  id: "gen_1",
  origin: "https://a.example",
  app: null,
  model: "a/b",
  requested_model: "a/b",
  provider: "lab",
  status: "finished",
  usage: { input_tokens: 1, output_tokens: 1 },
  cost: { nusd: 0, known: true },
  started_at: "2026-11-01T00:00:00Z",
  first_event_ms: 1,
  duration_ms: 2,
};

test("activity is forgotten after a second look, and the focus is on keeping it", async () => {
  const generations = { data: [GENERATION], next_cursor: null };
  const replies: Replies = { ...NOTHING, generations };
  const deleted: string[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const name = url.replace("/portal/api/", "").replace(/[/?].*/, "");
    if (init.method !== "DELETE") return Response.json(replies[name] ?? {});
    deleted.push(url);
    replies.generations = { data: [], next_cursor: null };
    return Response.json({ forgotten: 1 });
  });
  const press = async (words: string) => {
    const buttons = [...host.querySelectorAll("button")];
    const button = buttons.find((each) => each.textContent?.trim() === words);
    expect(button, words).toBeTruthy();
    button?.click();
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  expect(await shown("#/activity")).toContain("a.example");
  await press("Forget…");
  expect(document.activeElement?.textContent).toBe("Keep");
  await press("Keep");
  expect(deleted).toEqual([]);
  await press("Forget…");
  await press("Forget");
  expect(deleted).toEqual(["/portal/api/generations"]);
  expect(host.querySelector("dialog")).toBeNull();
  expect(host.querySelector("main")?.textContent).toContain("Nothing was asked yet");
});
