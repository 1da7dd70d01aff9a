import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it } from "vitest";
import { OldHistory } from "../../src/direct/old-history";
import { WindowAiHistory } from "../../src/ui/window-ai-history";

const DAY_MS = 24 * 60 * 60 * 1000;
let now = 0;
let days = 0;
const history = new OldHistory(
  async () => days,
  () => now,
);

function question(id: string, site = "a") {
  const origin = { domain: `https://${site}.example` };
  return { id, timestamp: Number(id), origin, input: { prompt: `question ${id}` }, outputs: [{ text: "answer" }] };
}

const ids = async (origin: string | null = null) =>
  (await history.list(origin)).map(({ id }) => id.replace("windowai_", ""));

beforeEach(async () => {
  [now, days] = [1_000 * DAY_MS, 0];
  await history.forgetAll(null);
  await history.add(WindowAiHistory.read([question("1"), question("2"), question("3", "b")]));
});

describe("the original's history", () => {
  it("is kept whole, once however often it is brought over, and by site", async () => {
    await history.add(WindowAiHistory.read([question("2")]));
    expect(await ids()).toEqual(["1", "2", "3"]);
    expect(await ids("https://b.example")).toEqual(["3"]);
    expect((await history.list(null))[0]?.said).toEqual({ asked: "question 1", answered: "answer" });
  });

  it("is forgotten one by one, by site, or all", async () => {
    expect(await history.forget("windowai_1")).toBe(true);
    expect(await history.forget("windowai_1")).toBe(false);
    await history.forgetAll("https://b.example");
    expect(await ids()).toEqual(["2"]);
    await history.forgetAll(null);
    expect(await ids()).toEqual([]);
  });

  it("is gone when its days are over, counted from when it was brought over", async () => {
    days = 30;
    now += 20 * DAY_MS;
    await history.add(WindowAiHistory.read([question("4")]));
    now += 11 * DAY_MS;
    expect(await ids()).toEqual(["4"]);
    await history.expire();
    days = 0;
    expect(await ids()).toEqual(["4"]);
  });

  it("stays where no days were chosen", async () => {
    now += 10_000 * DAY_MS;
    await history.expire();
    expect(await ids()).toEqual(["1", "2", "3"]);
  });
});
