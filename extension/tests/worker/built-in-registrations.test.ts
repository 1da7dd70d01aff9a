import { describe, expect, it } from "vitest";
import { pageMatches } from "../../src/page/page-matches";
import { siteBuiltIn } from "../../src/wire/site-built-in";
import { builtInRegistrations } from "../../src/worker/built-in-registrations";

const SITES = { "https://a.example": "mine", "http://localhost:3000": "browser", "http://127.0.0.1": "mine" } as const;

describe("the scripts of the choice whose built-in AI pages get", () => {
  it("are none where nothing but the default holds", () => {
    expect(builtInRegistrations("when missing", {}, true)).toEqual([]);
  });

  it("is one for all where something else holds in general", () => {
    const [script, ...others] = builtInRegistrations("when unavailable", {}, true);
    expect(script).toMatchObject({ js: ["builtin-unavailable.js"], matches: pageMatches, excludeMatches: [] });
    expect(others).toEqual([]);
  });

  it("leave each site to its own choice, exactly to its port", () => {
    const mine = ["https://a.example:443/*", "http://127.0.0.1:80/*"];
    const own = ["http://localhost:3000/*"];
    expect(builtInRegistrations("off", SITES, true)).toEqual([
      {
        id: "built-in",
        js: ["builtin-off.js"],
        matches: pageMatches,
        excludeMatches: [mine[0], own[0], mine[1]],
      },
      { id: "built-in-mine", js: ["builtin-always.js"], matches: mine },
      { id: "built-in-browser", js: ["builtin-off.js"], matches: own },
    ]);
  });

  it("know no ports where the browser knows none, and name a host once", () => {
    const ports = { "http://localhost:1": "mine", "http://localhost:2": "mine" } as const;
    expect(builtInRegistrations("when missing", ports, false)).toEqual([
      { id: "built-in-mine", js: ["builtin-always.js"], matches: ["http://localhost/*"] },
    ]);
  });

  it("hear of no site that the browser would refuse: one such would keep all others out", () => {
    const stored = {
      ...SITES,
      "https://b.example": "sometimes",
      "https://C.example": "mine",
      "https://d.example/path": "mine",
      "moz-extension://e": "mine",
      nonsense: "browser",
    };
    expect(siteBuiltIn.parse(stored)).toEqual(SITES);
    for (const none of [undefined, null, "mine", ["https://a.example"]]) expect(siteBuiltIn.parse(none)).toEqual({});
  });
});
