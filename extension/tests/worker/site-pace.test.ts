import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SitePace } from "../../src/worker/site-pace";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const yeses = (pace: SitePace, origin: string, times: number) =>
  Array.from({ length: times }, () => pace.take(origin)).filter(Boolean).length;

describe("how often one site may ask", () => {
  it("E4: lets a burst through, then one at a time, and delays no other site", () => {
    const pace = new SitePace(200, 20);
    expect(yeses(pace, "https://a.example", 5_000)).toBe(200);
    expect(yeses(pace, "https://b.example", 5)).toBe(5);
    vi.advanceTimersByTime(1_000);
    expect(yeses(pace, "https://a.example", 5_000)).toBe(50);
  });

  it("remembers no more sites than five hundred", () => {
    const pace = new SitePace(1, 1_000);
    expect(pace.take("https://first.example")).toBe(true);
    for (let index = 0; index < 500; index += 1) pace.take(`https://${index}.example`);
    expect(pace.take("https://first.example")).toBe(true);
  });
});
