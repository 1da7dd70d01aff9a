import type { ConsentCaveats } from "./consent-caveats";

/** What the person said. `model` is the one that was shown and answers; `requests` says how many a "once" was shown for. */
export type ConsentDecision =
  | { kind: "deny" }
  | { kind: "once"; model: string; requests: number }
  | { kind: "always"; model: string; caveats: ConsentCaveats };
