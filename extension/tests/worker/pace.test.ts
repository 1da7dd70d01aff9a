import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Pace } from "../../src/worker/pace";

describe("the pace of new requests", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("lets a burst through at once, then one at a time", async () => {
    const pace = new Pace(3, 200);
    let through = 0;
    for (let index = 0; index < 6; index += 1) void pace.turn("a", () => true).then(() => (through += 1));
    await vi.advanceTimersByTimeAsync(0);
    expect(through).toBe(3);
    await vi.advanceTimersByTimeAsync(200);
    expect(through).toBe(4);
    await vi.advanceTimersByTimeAsync(400);
    expect(through).toBe(6);
  });

  it("gives no turn to who has left, so that others do not wait for them", async () => {
    const pace = new Pace(1, 200);
    await pace.turn("a", () => true);
    let wanted = true;
    let left = 0;
    for (let index = 0; index < 100; index += 1) void pace.turn("a", () => wanted).then(() => (left += 1));
    wanted = false;
    let through = false;
    void pace
      .turn("a", () => true)
      .then(() => {
        through = true;
      });
    await vi.advanceTimersByTimeAsync(200);
    expect({ left, through }).toEqual({ left: 100, through: true });
  });

  it("lets lines take turns, so that one with a hundred waiting delays no other by more than a turn", async () => {
    const pace = new Pace(1, 200);
    const served: string[] = [];
    const wait = (line: string) => void pace.turn(line, () => true).then(() => served.push(line));
    for (let index = 0; index < 100; index += 1) wait("greedy");
    wait("modest");
    await vi.advanceTimersByTimeAsync(0);
    expect(served).toEqual(["greedy"]);
    await vi.advanceTimersByTimeAsync(400);
    expect(served).toEqual(["greedy", "greedy", "modest"]);
  });

  it("keeps the order within a line", async () => {
    const pace = new Pace(1, 200);
    const served: number[] = [];
    for (const number of [1, 2, 3]) void pace.turn("a", () => true).then(() => served.push(number));
    await vi.advanceTimersByTimeAsync(600);
    expect(served).toEqual([1, 2, 3]);
  });
});
