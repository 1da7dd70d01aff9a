import { describe, expect, it } from "vitest";
import { Sweeps } from "../../src/worker/sweeps";

/** Sweeps with an alarm that only tells whether it is set, and where `left` says what a look finds. */
function stage() {
  const alarm = { isSet: false, times: 0 };
  const found = { left: true, during: () => {} };
  const alarms = {
    create(_name: string, { periodInMinutes }: { periodInMinutes: number }) {
      alarm.isSet = periodInMinutes === 1;
      alarm.times += 1;
    },
    clear() {
      alarm.isSet = false;
    },
  };
  const sweeps = new Sweeps(alarms, async () => {
    found.during();
    return found.left;
  });
  return { alarm, found, sweeps };
}

describe("what may be left behind", () => {
  it("is looked after every minute until nothing is left, however often it is needed", async () => {
    const { alarm, found, sweeps } = stage();
    sweeps.needed();
    sweeps.needed();
    expect(alarm).toEqual({ isSet: true, times: 1 });
    await sweeps.heard("sweep");
    await sweeps.heard("sweep");
    expect(alarm).toEqual({ isSet: true, times: 1 });
    found.left = false;
    await sweeps.heard("sweep");
    expect(alarm.isSet).toBe(false);
    sweeps.needed();
    expect(alarm).toEqual({ isSet: true, times: 2 });
  });

  it("is looked after still when it comes while nothing else was found", async () => {
    const { alarm, found, sweeps } = stage();
    Object.assign(found, { left: false, during: () => sweeps.needed() });
    await sweeps.run();
    expect(alarm.isSet).toBe(true);
  });

  it("is found by the first look of a new worker, which no other alarm begins", async () => {
    const { alarm, found, sweeps } = stage();
    await sweeps.heard("another");
    expect(alarm.isSet).toBe(false);
    await sweeps.run();
    expect(alarm.isSet).toBe(true);
    found.left = false;
    await sweeps.run();
    expect(alarm.isSet).toBe(false);
  });
});
