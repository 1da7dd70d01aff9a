// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ProofDialog } from "../src/security/ProofDialog";
import { SecurityView } from "../src/security/SecurityView";
import { Place } from "./Place";

const SINCE = "2026-11-01T00:00:00Z";
const AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";
const SIGN_IN = { created_at: SINCE, last_used_at: SINCE, expires_at: SINCE, user_agent: AGENT };
const DEVICE = { since_at: SINCE, last_used_at: SINCE, origin: "https://notes.example", caveats: null };
const BUDGET = { cap_nusd: 500_000_000, period: "day", spent_nusd: 100_000_000, held_nusd: 0, resets_at: null };
const TERMS = { models: ["author/slug"], budget: BUDGET, expires_at: "2099-12-06T00:00:00Z", local_only: false };
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
      {
        id: "fam_1",
        name: "A program in a terminal",
        client_id: "satchel-terminal",
        ...DEVICE,
        origin: null,
        caveats: TERMS,
      },
      { id: "fam_2", name: "Notes", client_id: "https://notes.example/app.json", ...DEVICE },
    ],
  },
  "POST totp/begin": { secret: "ABCDEFGH", uri: "otpauth://x", qr: "data:image/svg+xml,x" },
  "POST totp": { codes: ["aaaa-bbbb", "cccc-dddd"] },
};
let place: Place;

beforeEach(() => {
  place = new Place();
});
afterEach(() => {
  place.leave();
  vi.unstubAllGlobals();
});

async function shown(replies: Record<string, unknown>): Promise<string> {
  const account = { data: null, error: null, reload: async () => {} };
  const props = { api: place.api(replies), account, toast: () => {} };
  render(<SecurityView {...(props as unknown as Parameters<typeof SecurityView>[0])} />, place.host);
  return place.settled();
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
  expect(place.host.querySelectorAll("button[aria-label^='Sign ']")).toHaveLength(1);
});

test("a passkey is renamed and removed, a browser signed out", async () => {
  await shown(FULL);
  await place.press("Rename Phone");
  const input = place.host.querySelector<HTMLInputElement>("input[aria-label='Name of the passkey']");
  expect(input?.value).toBe("Phone");
  await place.press("Save");
  await place.press("Remove Phone");
  await place.press("Sign Unknown browser out");
  for (const call of ['PATCH passkeys/pass_1 {"name":"Phone"}', "DELETE passkeys/pass_1", "DELETE sign-ins/sign_2"]) {
    expect(place.sent).toContain(call);
  }
});

test("an app is set up by picture and first code, and the recovery codes are shown until they are put away", async () => {
  const text = await shown({ ...FULL, "GET totp": { since_at: null, codes_left: 0 } });
  expect(text).toContain("Off.");
  expect(await place.press("Set up an app")).toContain("ABCD EFGH");
  expect(place.host.querySelector("img")?.getAttribute("src")).toBe("data:image/svg+xml,x");
  await place.fill("code", "123456");
  expect(await place.press("Turn codes on")).toContain("aaaa-bbbb");
  expect(place.sent).toContain('POST totp {"code":"123456"}');
  expect(await place.press("I have them")).not.toContain("aaaa-bbbb");
});

test("a short password is refused before it is sent", async () => {
  await shown(FULL);
  await place.fill("new-password", "short");
  await place.press("Change password");
  expect(place.host.querySelector("#new-password")?.getAttribute("aria-invalid")).toBe("true");
  await place.fill("new-password", "long enough now");
  await place.press("Change password");
  expect(place.sent.filter((call) => call.startsWith("PUT password"))).toEqual([
    'PUT password {"password":"long enough now","disconnect":true}',
  ]);
  expect(place.sent.filter((call) => call === "GET devices")).toHaveLength(2);
  expect(place.sent.filter((call) => call === "GET sign-ins")).toHaveLength(2);
});

test("apps and devices are listed by name, and disconnected one by one", async () => {
  const text = await shown(FULL);
  for (const words of ["A program in a terminal", "Notes", "notes.example"]) expect(text).toContain(words);
  expect(text).toContain("author/slug · $0.10 of $0.50 a day · until Dec 6, 2099");
  const [first] = [...place.host.querySelectorAll<HTMLButtonElement>("button[aria-label^='Disconnect A program']")];
  first?.click();
  await place.settled();
  expect(place.sent).toContain("DELETE devices/fam_1");
  expect(place.sent.filter((call) => call === "GET devices")).toHaveLength(2);
});

test("where nothing is connected, the page says what would be", async () => {
  expect(await shown({ ...FULL, "GET devices": { data: [] } })).toContain("Nothing is connected.");
});

test("the proof is asked for in the ways the person has, and tells whether it was given", async () => {
  vi.stubGlobal("HTMLDialogElement", HTMLElement);
  const api = place.api({ "GET proof": { ways: ["password", "code"], may_begin: false } });
  render(<ProofDialog api={api} />, place.host);
  await place.settled();
  const asked = api.askForProof?.();
  expect(await place.settled()).toContain("Is it you?");
  expect(place.host.textContent).not.toContain("Use a passkey");
  await place.fill("proof-words", "my password");
  place.host.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true, bubbles: true }));
  await place.settled();
  expect(place.sent).toContain('POST proof {"password":"my password"}');
  place.host.querySelector("dialog")?.dispatchEvent(new Event("close"));
  expect(await asked).toBe(true);
});

test("whoever has nothing to prove it by is sent to add something, or first to sign in once more", async () => {
  vi.stubGlobal("HTMLDialogElement", HTMLElement);
  const api = place.api({ "GET proof": { ways: [], may_begin: true } });
  render(<ProofDialog api={api} />, place.host);
  await place.settled();
  const asked = api.askForProof?.();
  expect(await place.settled()).toContain("Add a passkey or a password first");
  for (const dialog of place.host.querySelectorAll("dialog")) {
    dialog.close = () => void dialog.dispatchEvent(new Event("close"));
  }
  await place.press("Open Security");
  expect(location.hash).toBe("#/security");
  expect(await asked).toBe(false);
  const later = place.api({ "GET proof": { ways: [], may_begin: false } });
  render(<ProofDialog api={later} />, place.host);
  await place.settled();
  void later.askForProof?.();
  await place.settled();
  expect(place.host.querySelector("a")?.getAttribute("href")).toMatch(/^\/sign-in\?again=1&next=/);
});
