// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PortalApi } from "../src/account/PortalApi";
import { ProofDialog } from "../src/security/ProofDialog";
import { SecurityView } from "../src/security/SecurityView";

const SINCE = "2026-11-01T00:00:00Z";
const AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";
const SIGN_IN = { created_at: SINCE, last_used_at: SINCE, expires_at: SINCE, user_agent: AGENT };
const DEVICE = { since_at: SINCE, last_used_at: SINCE, origin: "https://notes.example" };
const FULL: Record<string, unknown> = {
  "GET passkeys": {
    data: [{ id: "pass_1", name: "Phone", created_at: SINCE, last_used_at: null, prf: true, synced: true }],
  },
  "GET totp": { since_at: SINCE, codes_left: 1 },
  "GET sign-ins": {
    data: [
      { id: "sign_1", ...SIGN_IN, current: true },
      { id: "sign_2", ...SIGN_IN, user_agent: null, current: false },
    ],
  },
  "GET devices": {
    data: [
      { id: "fam_1", name: "Satchel in a terminal", client_id: "satchel-terminal", ...DEVICE, origin: null },
      { id: "fam_2", name: "Notes", client_id: "https://notes.example/app.json", ...DEVICE },
    ],
  },
  "POST totp/begin": { secret: "ABCDEFGH", uri: "otpauth://x", qr: "data:image/svg+xml,x" },
  "POST totp": { codes: ["aaaa-bbbb", "cccc-dddd"] },
};
let host: HTMLElement;
let sent: string[];

beforeEach(() => {
  host = document.createElement("div");
  document.body.append(host);
  sent = [];
});
afterEach(() => {
  render(null, host);
  host.remove();
  vi.unstubAllGlobals();
});

function serving(replies: Record<string, unknown>): PortalApi {
  const fetched = async (url: string, { method, body }: RequestInit) => {
    const call = `${method} ${url.replace("/portal/api/", "")}`;
    sent.push(body ? `${call} ${body}` : call);
    const reply = replies[call];
    return reply === undefined ? new Response(null, { status: 204 }) : Response.json(reply);
  };
  return new PortalApi(fetched as unknown as typeof fetch);
}

async function settled(): Promise<string> {
  for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  return host.textContent ?? "";
}

async function shown(replies: Record<string, unknown>): Promise<string> {
  const account = { data: null, error: null, reload: async () => {} };
  const props = { api: serving(replies), account, toast: () => {} };
  render(<SecurityView {...(props as unknown as Parameters<typeof SecurityView>[0])} />, host);
  return settled();
}

async function press(name: string): Promise<string> {
  const named = (button: Element) => (button.getAttribute("aria-label") ?? button.textContent ?? "").trim() === name;
  const button = [...host.querySelectorAll("button")].find(named);
  expect(button, name).toBeTruthy();
  button?.click();
  return settled();
}

async function fill(id: string, value: string): Promise<void> {
  const input = host.querySelector<HTMLInputElement>(`#${id}`);
  if (!input) throw new Error(`there is no field ${id}`);
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await settled();
}

test("the page says how one signs in, and who is signed in", async () => {
  const text = await shown(FULL);
  const wanted = [
    "Phone",
    "on all your devices",
    "1 recovery code is left",
    "Firefox on Linux",
    "this browser",
    "Unknown browser",
  ];
  for (const words of wanted) expect(text).toContain(words);
  expect(host.querySelectorAll("button[aria-label^='Sign ']")).toHaveLength(1);
});

test("a passkey is renamed and removed, a browser signed out", async () => {
  await shown(FULL);
  await press("Rename Phone");
  const input = host.querySelector<HTMLInputElement>("input[aria-label='Name of the passkey']");
  expect(input?.value).toBe("Phone");
  await press("Save");
  await press("Remove Phone");
  await press("Sign Unknown browser out");
  for (const call of ['PATCH passkeys/pass_1 {"name":"Phone"}', "DELETE passkeys/pass_1", "DELETE sign-ins/sign_2"]) {
    expect(sent).toContain(call);
  }
});

test("an app is set up by picture and first code, and the recovery codes are shown until they are put away", async () => {
  const text = await shown({ ...FULL, "GET totp": { since_at: null, codes_left: 0 } });
  expect(text).toContain("Off.");
  expect(await press("Set up an app")).toContain("ABCD EFGH");
  expect(host.querySelector("img")?.getAttribute("src")).toBe("data:image/svg+xml,x");
  await fill("code", "123456");
  expect(await press("Turn codes on")).toContain("aaaa-bbbb");
  expect(sent).toContain('POST totp {"code":"123456"}');
  expect(await press("I have them")).not.toContain("aaaa-bbbb");
});

test("a short password is refused before it is sent", async () => {
  await shown(FULL);
  await fill("new-password", "short");
  await press("Change password");
  expect(host.querySelector("#new-password")?.getAttribute("aria-invalid")).toBe("true");
  await fill("new-password", "long enough now");
  await press("Change password");
  expect(sent.filter((call) => call.startsWith("PUT password"))).toEqual([
    'PUT password {"password":"long enough now","disconnect":true}',
  ]);
  expect(sent.filter((call) => call === "GET devices")).toHaveLength(2);
  expect(sent.filter((call) => call === "GET sign-ins")).toHaveLength(2);
});

test("apps and devices are listed by name, and disconnected one by one", async () => {
  const text = await shown(FULL);
  for (const words of ["Satchel in a terminal", "Notes", "notes.example"]) expect(text).toContain(words);
  const [first] = [...host.querySelectorAll<HTMLButtonElement>("button[aria-label^='Disconnect Satchel in']")];
  first?.click();
  await settled();
  expect(sent).toContain("DELETE devices/fam_1");
  expect(sent.filter((call) => call === "GET devices")).toHaveLength(2);
});

test("where nothing is connected, the page says what would be", async () => {
  expect(await shown({ ...FULL, "GET devices": { data: [] } })).toContain("Nothing is connected.");
});

test("the proof is asked for in the ways the person has, and tells whether it was given", async () => {
  vi.stubGlobal("HTMLDialogElement", HTMLElement);
  const api = serving({ "GET proof": { ways: ["password", "code"], may_begin: false } });
  render(<ProofDialog api={api} />, host);
  await settled();
  const asked = api.askForProof?.();
  expect(await settled()).toContain("Is it you?");
  expect(host.textContent).not.toContain("Use a passkey");
  await fill("proof-words", "my password");
  host.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true, bubbles: true }));
  await settled();
  expect(sent).toContain('POST proof {"password":"my password"}');
  host.querySelector("dialog")?.dispatchEvent(new Event("close"));
  expect(await asked).toBe(true);
});

test("whoever has nothing to prove it by is sent to add something, or first to sign in once more", async () => {
  vi.stubGlobal("HTMLDialogElement", HTMLElement);
  const api = serving({ "GET proof": { ways: [], may_begin: true } });
  render(<ProofDialog api={api} />, host);
  await settled();
  const asked = api.askForProof?.();
  expect(await settled()).toContain("Add a passkey or a password first");
  for (const dialog of host.querySelectorAll("dialog")) {
    dialog.close = () => void dialog.dispatchEvent(new Event("close"));
  }
  await press("Open Security");
  expect(location.hash).toBe("#/security");
  expect(await asked).toBe(false);
  const later = serving({ "GET proof": { ways: [], may_begin: false } });
  render(<ProofDialog api={later} />, host);
  await settled();
  void later.askForProof?.();
  await settled();
  expect(host.querySelector("a")?.getAttribute("href")).toMatch(/^\/sign-in\?again=1&next=/);
});
