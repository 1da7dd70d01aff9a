import { describe, expect, it } from "vitest";
import { ConsentTerms } from "../../src/ui/consent-terms";
import { formatAtMost } from "../../src/ui/format-at-most";
import { formatContext } from "../../src/ui/format-context";
import { formatCost } from "../../src/ui/format-cost";
import { formatDuration } from "../../src/ui/format-duration";
import { formatLimit } from "../../src/ui/format-limit";
import { formatMoment } from "../../src/ui/format-moment";
import { formatPrice } from "../../src/ui/format-price";
import { formatTokens } from "../../src/ui/format-tokens";
import { formatUntil } from "../../src/ui/format-until";
import { originParts } from "../../src/ui/origin-parts";
import { worstCost } from "../../src/ui/worst-cost";
import type { Model } from "../../src/wire/model";

const usd = (dollars: number) => Math.round(dollars * 1e9);

describe("numbers as design.md §11 writes them", () => {
  it.each([
    [0, "$0.00"],
    [usd(0.00001), "< $0.0001"],
    [usd(0.0133), "$0.0133"],
    [usd(3.184), "$3.18"],
    [usd(12_480.4), "$12,480"],
  ])("measured cost %i is %s", (nusd, text) => expect(formatCost(nusd)).toBe(text));

  it("limits have two decimals", () => expect(formatLimit(usd(2))).toBe("$2.00"));

  it.each([
    [usd(0.01171), "$0.0118"],
    [usd(0.0118), "$0.0118"],
    [1, "$0.0001"],
    [usd(1.001), "$1.01"],
  ])("an upper bound of %i is rounded up to %s", (nusd, text) => expect(formatAtMost(nusd)).toBe(text));

  it.each([
    ["3.00", "$3.00"],
    ["15", "$15.00"],
    ["0.075", "$0.075"],
    ["0.30", "$0.30"],
  ])("a price of %s is %s", (price, text) => expect(formatPrice(price)).toBe(text));

  it.each([
    [3816, "3,816"],
    [9999, "9,999"],
    [41_234, "41.2k"],
    [14_200_000, "14.2M"],
    [999_950, "1.00M"],
  ])("%i tokens are %s", (tokens, text) => expect(formatTokens(tokens, "en")).toBe(text));

  it.each([
    [200_000, "200k"],
    [1_000_000, "1M"],
    [131_072, "128k"],
    [1_048_576, "1M"],
    [256_000, "256k"],
    [1024, "1k"],
  ])("a context of %i is sold as %s", (tokens, text) => expect(formatContext(tokens)).toBe(text));

  it.each([
    [0.4, "0.4 ms"],
    [412, "412 ms"],
    [9410, "9.4 s"],
    [72_000, "1 min 12 s"],
  ])("%d ms are %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

  it("moments are relative up to a day", () => {
    const now = new Date("2026-11-23T12:00:00Z");
    expect(formatMoment(new Date("2026-11-23T11:58:00Z"), now)).toBe("2 min ago");
    expect(formatMoment(new Date("2026-11-23T09:00:00Z"), now)).toBe("3 h ago");
    expect(formatMoment(new Date("2026-11-21T09:00:00Z"), now, "en-GB")).toMatch(/^21 Nov, /);
  });
});

describe("an origin", () => {
  it("is taken apart at the name somebody registered", () => {
    expect(originParts("https://notes.fernway.example")).toMatchObject({
      scheme: "https://",
      before: "notes.",
      registrable: "fernway.example",
    });
    expect(originParts("https://evil.github.io")).toMatchObject({ before: "", registrable: "evil.github.io" });
    expect(originParts("https://a.b.co.uk:8443")).toMatchObject({
      before: "a.",
      registrable: "b.co.uk",
      port: ":8443",
    });
    expect(originParts("http://127.0.0.1:8787")).toMatchObject({ before: "", registrable: "127.0.0.1", port: ":8787" });
  });

  it("stays in punycode, with what it reads as beside it, and a warning when alphabets mix", () => {
    expect(originParts("https://xn--bcher-kva.example")).toMatchObject({
      registrable: "xn--bcher-kva.example",
      decoded: "bücher.example",
      mixed: false,
    });
    expect(originParts("https://xn--pple-43d.com")).toMatchObject({ decoded: "аpple.com", mixed: true });
  });
});

describe("the worst case of a request", () => {
  const model = (input: string, output: string, context: number | null) =>
    ({
      context_length: context,
      satchel: { price: { input_usd_per_mtok: input, output_usd_per_mtok: output } },
    }) as unknown as Model;

  it("counts bytes in and the most tokens out, never beyond the model's window", () => {
    const size = { inputBytes: 1000, maxTokens: 100, requests: 1 };
    expect(worstCost(model("3", "15", 200_000), size)).toBe(usd(0.003 + 0.0015));
    expect(worstCost(model("3", "15", 50), size)).toBe(usd(0.00015 + 0.00075));
    expect(worstCost(model("0", "0", 1024), size)).toBe(0);
  });

  it("is unknown, not free, where nobody knows the price", () => {
    const unknown = { context_length: 1, satchel: { price: null } } as unknown as Model;
    expect(worstCost(unknown, { inputBytes: 1, maxTokens: 1, requests: 1 })).toBeNull();
  });
});

describe("the terms of an always", () => {
  const now = new Date("2026-11-23T12:00:00Z");

  it("start with the smallest of everything", () => {
    expect(ConsentTerms.caveats(ConsentTerms.SMALLEST, "a/b", now)).toEqual({
      models: ["a/b"],
      budget: { cap_nusd: 500_000_000, period: "week" },
      rate_per_minute: null,
      expires_at: "2026-11-24T12:00:00.000Z",
      local_only: false,
    });
  });

  it("are refused while the person's own amount cannot be read", () => {
    const own = (text: string) => ConsentTerms.dollars({ ...ConsentTerms.SMALLEST, budget: "other", own: text });
    expect([own(""), own("x"), own("0"), own("-1")]).toEqual([null, null, null, null]);
    expect([own("1.50"), own("1,50")]).toEqual([1.5, 1.5]);
  });
});

it("a time to come is the clock today, with the weekday on another day", () => {
  const now = new Date(2026, 10, 28, 19, 20);
  expect(formatUntil(new Date(2026, 10, 28, 23, 5), now, "de")).toBe("23:05");
  expect(formatUntil(new Date(2026, 10, 29, 7, 20), now, "en")).toBe("Sun 07:20");
});
