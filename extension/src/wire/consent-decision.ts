import type { ConsentCaveats } from "./consent-caveats";
import type { GrantDraft } from "./grant-draft";

/**
 * What the person said. `model` is the one that was shown and answers; `requests` says how many a "once" was shown for. The worker adds
 * to a "once" what the site itself asked to be held to.
 */
export type ConsentDecision =
  | { kind: "deny" }
  | { kind: "once"; model: string; requests: number; caveats?: NonNullable<GrantDraft["caveats"]> }
  | { kind: "always"; model: string; caveats: ConsentCaveats };
