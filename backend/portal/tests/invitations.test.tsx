// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PortalApi } from "../src/account/PortalApi";
import type { ViewProps } from "../src/account/ViewProps";
import type { Invitation } from "../src/security/Invitation";
import { InvitationsView } from "../src/security/InvitationsView";

const WAITING: Invitation = {
  id: "inv_1",
  name: "Ada",
  state: "waiting",
  created_at: "2026-11-01T00:00:00Z",
  expires_at: "2026-11-08T12:00:00Z",
  used_at: null,
  email: null,
};
const USED: Invitation = {
  ...WAITING,
  id: "inv_2",
  name: "Bo",
  state: "used",
  used_at: "2026-11-02T00:00:00Z",
  email: "bo@holt.example",
};
const GONE: Invitation = { ...USED, id: "inv_3", name: "", email: null };
const EXPIRED: Invitation = { ...WAITING, id: "inv_4", name: "Cy", state: "expired" };
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
});

async function shown(replies: Record<string, unknown>, status = 200): Promise<string> {
  const fetched = async (url: string, { method, body }: RequestInit) => {
    const call = `${method} ${url.replace("/portal/api/", "")}`;
    sent.push(body ? `${call} ${body}` : call);
    return Response.json(replies[call] ?? {}, { status });
  };
  const props = { api: new PortalApi(fetched as unknown as typeof fetch), toast: () => {} };
  render(<InvitationsView {...(props as unknown as ViewProps)} />, host);
  return settled();
}

async function settled(): Promise<string> {
  for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  return host.textContent ?? "";
}

async function press(name: string): Promise<string> {
  const named = (button: Element) => (button.getAttribute("aria-label") ?? button.textContent ?? "").trim() === name;
  const button = [...host.querySelectorAll("button")].find(named);
  expect(button, name).toBeTruthy();
  button?.click();
  return settled();
}

function submit(): void {
  host.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true, bubbles: true }));
}

test("each invitation says what became of it, and one that waits is revoked in two presses", async () => {
  const data = [WAITING, USED, GONE, EXPIRED];
  const text = await shown({ "GET invitations": { data, sign_up: "invite" } });
  for (const words of [
    "waits, good until",
    "bo@holt.example made an account",
    "the account is gone",
    "By command line",
  ])
    expect(text).toContain(words);
  expect(text).toContain("nobody used it until");
  await press("Revoke Ada");
  expect(sent.filter((call) => call.startsWith("DELETE"))).toEqual([]);
  await press("Revoke Ada for good");
  await press("Remove Bo from the list");
  expect(sent).toContain("DELETE invitations/inv_1");
  expect(sent).toContain("DELETE invitations/inv_2");
});

test("a new link is shown until it is put away; it wants a name", async () => {
  const link = "https://satchel.example/setup/once";
  const replies = {
    "GET invitations": { data: [], sign_up: "open" },
    "POST invitations": { data: WAITING, link },
  };
  expect(await shown(replies)).toContain("Nobody is invited");
  submit();
  expect(await settled()).toContain("Say whom it is for");
  const name = host.querySelector<HTMLInputElement>("#invitation-name");
  if (name) name.value = " Ada ";
  name?.dispatchEvent(new Event("input", { bubbles: true }));
  await settled();
  submit();
  expect(await settled()).toContain(link);
  expect(sent).toContain('POST invitations {"name":"Ada"}');
  expect(await press("I have it")).not.toContain(link);
});

test("a Satchel that takes nobody in says how to change that, and has no form", async () => {
  const text = await shown({ "GET invitations": { data: [], sign_up: "owner-only" } });
  expect(text).toContain("SATCHEL_SIGN_UP=invite");
  expect(host.querySelector("form")).toBeNull();
});

test("whoever is not the owner is told so", async () => {
  const error = { message: "only the owner of this Satchel invites people", metadata: { satchel_code: "refused" } };
  expect(await shown({ "GET invitations": { error } }, 403)).toContain("only the owner");
  expect(host.querySelector("form")).toBeNull();
});
