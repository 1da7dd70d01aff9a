import { beforeEach, expect, it, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import type { Grant } from "../../src/wire/grant";
import { spentNotice } from "../../src/worker/spent-notice";

const budget = {
  cap_nusd: 500_000_000,
  period: "week" as const,
  spent_nusd: 400_000_000,
  held_nusd: 0,
  resets_at: null,
};
const grant: Grant = {
  ...{
    id: "grant_1",
    origin: "https://a.example",
    embedder: null,
    created_at: "",
    last_used_at: null,
    state: "allowed",
  },
  caveats: { models: null, budget, rate_per_minute: null, expires_at: null },
} as Grant;

beforeEach(() => fakeBrowser.reset());

it("B7: the notification names the site and how much of what is spent; without a budget there is none", async () => {
  const create = vi.spyOn(fakeBrowser.notifications, "create");
  await spentNotice.show(grant);
  expect(create).toHaveBeenCalledWith("nearly:grant_1", expect.objectContaining({ type: "basic" }));
  expect(JSON.stringify(create.mock.calls)).toContain("a.example has nearly spent its budget");
  expect(JSON.stringify(create.mock.calls)).toMatch(/0\.40/);
  await spentNotice.show({ ...grant, caveats: { ...grant.caveats, budget: null } });
  expect(create).toHaveBeenCalledTimes(1);
});

it("a click opens the limits of that site and takes the notification away; one of somebody else is left alone", async () => {
  spentNotice.listen();
  await spentNotice.show(grant);
  await fakeBrowser.notifications.onClicked.trigger("another");
  const before = await fakeBrowser.tabs.query({});
  await fakeBrowser.notifications.onClicked.trigger("nearly:grant_1");
  await expect.poll(async () => (await fakeBrowser.tabs.query({})).length).toBe(before.length + 1);
  const opened = (await fakeBrowser.tabs.query({})).at(-1);
  expect(opened?.url).toMatch(/options\.html#sites\/grant_1$/);
  expect(await fakeBrowser.notifications.getAll()).toEqual({});
});
