// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ViewProps } from "../src/account/ViewProps";
import type { Invitation } from "../src/security/Invitation";
import { InvitationsView } from "../src/security/InvitationsView";
import { Place } from "./Place";

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
let place: Place;

beforeEach(() => {
  place = new Place();
});
afterEach(() => {
  place.leave();
});

async function shown(replies: Record<string, unknown>, status = 200): Promise<string> {
  const props = { api: place.api(replies, status), toast: () => {} };
  render(<InvitationsView {...(props as unknown as ViewProps)} />, place.host);
  return place.settled();
}

function submit(): void {
  place.host.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true, bubbles: true }));
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
  await place.press("Revoke Ada");
  expect(place.sent.filter((call) => call.startsWith("DELETE"))).toEqual([]);
  await place.press("Revoke Ada for good");
  await place.press("Remove Bo from the list");
  expect(place.sent).toContain("DELETE invitations/inv_1");
  expect(place.sent).toContain("DELETE invitations/inv_2");
});

test("a new link is shown until it is put away; it wants a name", async () => {
  const link = "https://satchel.example/setup/once";
  const replies = {
    "GET invitations": { data: [], sign_up: "open" },
    "POST invitations": { data: WAITING, link },
  };
  expect(await shown(replies)).toContain("Nobody is invited");
  submit();
  expect(await place.settled()).toContain("Say whom it is for");
  const name = place.host.querySelector<HTMLInputElement>("#invitation-name");
  if (name) name.value = " Ada ";
  name?.dispatchEvent(new Event("input", { bubbles: true }));
  await place.settled();
  submit();
  expect(await place.settled()).toContain(link);
  expect(place.sent).toContain('POST invitations {"name":"Ada"}');
  expect(await place.press("I have it")).not.toContain(link);
});

test("a Satchel that takes nobody in says how to change that, and has no form", async () => {
  const text = await shown({ "GET invitations": { data: [], sign_up: "owner-only" } });
  expect(text).toContain("SATCHEL_SIGN_UP=invite");
  expect(place.host.querySelector("form")).toBeNull();
});

test("whoever is not the owner is told so", async () => {
  const error = { message: "only the owner of this Satchel invites people", metadata: { satchel_code: "refused" } };
  expect(await shown({ "GET invitations": { error } }, 403)).toContain("only the owner");
  expect(place.host.querySelector("form")).toBeNull();
});
