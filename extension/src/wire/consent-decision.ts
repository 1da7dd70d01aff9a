import type { ConsentCaveats } from "./consent-caveats";

/** What the person said. `model` is the one to answer, when it differs from what was asked. */
export type ConsentDecision =
  | { kind: "deny" }
  | { kind: "once"; model: string | null }
  | { kind: "always"; model: string | null; caveats: ConsentCaveats };
