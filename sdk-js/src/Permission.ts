/** One thing that a page may do, in EIP-2255's shape, with dollars and dates in it. */
export interface Permission {
  /** The page's origin. */
  invoker: string;
  parentCapability: "model:prompt" | "model:tools" | "model:list";
  /** What narrows it: `models`, `budget`, `ratePerMinute`, `expires`, `localOnly`, `once`. */
  caveats: readonly { type: string; value: unknown }[];
  date: string | null;
}

/** A grant as the server tells it, as far as a page may know it. */
export interface AllowedGrant {
  origin: string;
  created_at: string;
  caveats: {
    models: readonly string[] | null;
    budget: { cap_nusd: number; period: string } | null;
    rate_per_minute: number | null;
    expires_at: string | null;
    local_only?: boolean;
  };
}

const CAPABILITIES = ["model:prompt", "model:tools", "model:list"] as const;
const NUSD_PER_USD = 1_000_000_000;

/** Say how a grant is narrowed in the words of pages; what does not narrow is left out. */
export function toCaveats(caveats: Partial<AllowedGrant["caveats"]>): { type: string; value: unknown }[] {
  const { models, budget, rate_per_minute, expires_at, local_only } = caveats;
  const all = {
    models,
    budget: budget && { usd: budget.cap_nusd / NUSD_PER_USD, period: budget.period },
    ratePerMinute: rate_per_minute,
    expires: expires_at,
    localOnly: local_only || null,
  };
  return Object.entries(all)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([type, value]) => ({ type, value }));
}

/** Tell a page what its grant lets it do: the caveats hold for all capabilities. */
export function toPermissions({ origin, created_at, caveats }: AllowedGrant): Permission[] {
  const told = toCaveats(caveats);
  return CAPABILITIES.map((parentCapability) => ({
    invoker: origin,
    parentCapability,
    caveats: told,
    date: created_at,
  }));
}
