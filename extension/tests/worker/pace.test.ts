import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Pace } from "../../src/worker/pace";

describe("the pace of new requests", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("lets a burst through at once, then one at a time", async () => {
    const pace = new Pace(3, 200);
    let through = 0;
    for (let index = 0; index < 6; index += 1) void pace.turn(() => true).then(() => (through += 1));
    await vi.advanceTimersByTimeAsync(0);
    expect(through).toBe(3);
    await vi.advanceTimersByTimeAsync(200);
    expect(through).toBe(4);
    await vi.advanceTimersByTimeAsync(400);
    expect(through).toBe(6);
  });

  it("gives no turn to who has left, so that others do not wait for them", async () => {
    const pace = new Pace(1, 200);
    await pace.turn(() => true);
    let wanted = true;
    let left = 0;
    for (let index = 0; index < 100; index += 1) void pace.turn(() => wanted).then(() => (left += 1));
    wanted = false;
    let through = false;
    void pace
      .turn(() => true)
      .then(() => {
        through = true;
      });
    await vi.advanceTimersByTimeAsync(200);
    expect({ left, through }).toEqual({ left: 100, through: true });
  });
});
