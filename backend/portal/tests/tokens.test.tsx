// @vitest-environment happy-dom
import { readFileSync } from "node:fs";
import { render } from "preact";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ViewProps } from "../src/account/ViewProps";
import { AuditView } from "../src/security/AuditView";
import { TokensView } from "../src/security/TokensView";
import { tokenDraft, tokenFaults } from "../src/security/tokenDraft";
import { wordsOfAct } from "../src/security/wordsOfAct";
import { Place } from "./Place";

const TOKEN = {
  hash: "ab12",
  name: "Editor",
  label: "sat_Ab1x…",
  disabled: false,
  scopes: ["generate"],
  created_at: "2026-11-01T00:00:00Z",
  expires_at: null,
  limit: 2.5,
  limit_reset: "monthly",
  usage: 1.234,
};
let place: Place;

beforeEach(() => {
  place = new Place();
});
afterEach(() => {
  place.leave();
});

function props(replies: Record<string, unknown>): ViewProps {
  return { api: place.api(replies), toast: () => {} } as unknown as ViewProps;
}

test("a token says what it spent, and is revoked in two presses", async () => {
  render(<TokensView {...props({ "GET tokens?include_disabled=true": { data: [TOKEN] } })} />, place.host);
  const text = await place.settled();
  for (const words of ["Editor", "sat_Ab1x…", "$1.23 spent, at most $2.50 a month", "no end"])
    expect(text).toContain(words);
  await place.press("Switch Editor off");
  await place.press("Revoke Editor");
  expect(place.sent.filter((call) => call.startsWith("DELETE"))).toEqual([]);
  await place.press("Revoke Editor for good");
  expect(place.sent).toContain('PATCH tokens/ab12 {"disabled":true}');
  expect(place.sent).toContain("DELETE tokens/ab12");
});

test("a new token is shown until it is put away", async () => {
  const replies = { "GET tokens?include_disabled=true": { data: [] }, "POST tokens": { key: "sat_once", data: TOKEN } };
  render(<TokensView {...props(replies)} />, place.host);
  expect(await place.settled()).toContain("No token yet");
  const name = place.host.querySelector<HTMLInputElement>("#token-name");
  if (name) name.value = "Editor";
  name?.dispatchEvent(new Event("input", { bubbles: true }));
  await place.settled();
  place.host.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true, bubbles: true }));
  expect(await place.settled()).toContain("sat_once");
  expect(await place.press("I have it")).not.toContain("sat_once");
});

test("a token's form asks for a name and an amount that is one", () => {
  const fields = { name: " Editor ", days: "30", limit: "2,50", reset: "weekly" };
  expect(tokenFaults(fields)).toEqual({});
  expect(Object.keys(tokenFaults({ ...fields, name: " ", limit: "much" }))).toEqual(["name", "limit"]);
  expect(tokenDraft(fields, new Date("2026-11-01T00:00:00Z"))).toEqual({
    name: "Editor",
    expires_at: "2026-12-01T00:00:00.000Z",
    limit: 2.5,
    limit_reset: "weekly",
  });
  expect(tokenDraft({ name: "x", days: "", limit: "", reset: "weekly" }, new Date())).toEqual({ name: "x" });
});

test("what happened is put into words, page after page", async () => {
  const act = (number: number, name: string, about: string | null) => ({
    number,
    at: "2026-11-01T00:00:00Z",
    act: name,
    subject: "key_1",
    about,
  });
  const replies = {
    "GET audit?limit=50": { data: [act(9, "key_removed", null), act(8, "signed_in", null)], next_before: 8 },
    "GET audit?limit=50&before=8": { data: [act(7, "something_new", "<b>x</b>")], next_before: null },
  };
  render(<AuditView {...props(replies)} />, place.host);
  const text = await place.settled();
  for (const words of ["A key was removed", "key_1", "A browser signed in", "Unknown browser"])
    expect(text).toContain(words);
  const more = await place.press("Older");
  expect(more).toContain("Something new");
  expect(more).toContain("<b>x</b>");
  expect(place.host.textContent).not.toContain("Older");
});

test("every act that the server writes down has its words", () => {
  const source = readFileSync("../satchel/domain/audit.py", "utf8");
  const acts = [...source.matchAll(/^ {4}[A-Z_]+ = "(\w+)"/gm)].map(([, act]) => act ?? "");
  expect(acts.length).toBeGreaterThan(15);
  expect(acts.filter((act) => wordsOfAct(act).icon === "info")).toEqual([]);
});
