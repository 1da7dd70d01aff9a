import type { Grant } from "../wire/grant";
import type { Backend } from "./backend";
import type { KeyValue } from "./key-value";

interface Dependencies {
  backend: Pick<Backend, "grants">;
  local: KeyValue;
  wanted(): Promise<boolean>;
  /** Tells the person. */
  tell(grant: Grant): Promise<void>;
}

const NEARLY = 0.8;
const LOOK_EVERY_MS = 15_000;
const TOLD = "told:";

/**
 * Tells the person once for each site and period that its budget is nearly spent. Looks after a site's generation has
 * ended, and for one site at most every fifteen seconds: what ends sooner is looked at when they are over.
 */
export class BudgetWatch {
  private readonly looked = new Map<string, number>();
  private readonly waiting = new Set<string>();

  constructor(private readonly deps: Dependencies) {}

  /** A generation of this site has ended. Never rejects: nobody waits for it. */
  async ended(origin: string): Promise<void> {
    if (this.waiting.has(origin)) return;
    const wait = (this.looked.get(origin) ?? 0) + LOOK_EVERY_MS - Date.now();
    if (wait <= 0) return this.look(origin);
    this.waiting.add(origin);
    setTimeout(() => {
      this.waiting.delete(origin);
      void this.look(origin);
    }, wait);
  }

  private async look(origin: string): Promise<void> {
    this.looked.set(origin, Date.now());
    if (!(await this.deps.wanted())) return;
    const grants = await this.deps.backend.grants(origin).catch(() => []);
    for (const grant of grants) if (isNearlySpent(grant)) await this.tellOnce(grant);
  }

  private async tellOnce(grant: Grant): Promise<void> {
    const period = `${grant.caveats.budget?.cap_nusd}:${grant.caveats.budget?.resets_at ?? "total"}`;
    if ((await this.deps.local.get<string>(TOLD + grant.id)) === period) return;
    await this.deps.local.set(TOLD + grant.id, period);
    await this.deps.tell(grant).catch(() => undefined);
  }
}

function isNearlySpent({ state, caveats: { budget } }: Grant): boolean {
  return state === "allowed" && budget !== null && budget.cap_nusd > 0 && budget.spent_nusd >= NEARLY * budget.cap_nusd;
}
