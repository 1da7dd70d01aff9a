/** What a page may be allowed to do at all. There is none for a key. */
export type SiteCapability =
  | "model:prompt"
  | "model:tools"
  | "model:list"
  | "model:embed"
  | "model:image"
  | "model:speak"
  | "model:transcribe"
  | "model:choose";

/** One thing that a page may do, in EIP-2255's shape, with dollars and dates in it. */
export interface Permission {
  /** The page's origin. */
  invoker: string;
  parentCapability: SiteCapability;
  /** What narrows it: `models`, `budget`, `ratePerMinute`, `maxTokensPerRequest`, `expires`, `localOnly`, `once`. */
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
    capabilities?: readonly string[] | null;
    max_tokens?: number | null;
  };
}

export const SITE_CAPABILITIES: readonly SiteCapability[] = [
  "model:prompt",
  "model:tools",
  "model:list",
  "model:embed",
  "model:image",
  "model:speak",
  "model:transcribe",
  "model:choose",
];
const NUSD_PER_USD = 1_000_000_000;

/** Say how a grant is narrowed in the words of pages; what does not narrow is left out. */
export function toCaveats(caveats: Partial<AllowedGrant["caveats"]>): { type: string; value: unknown }[] {
  const { models, budget, rate_per_minute, expires_at, local_only, max_tokens } = caveats;
  const all = {
    models,
    budget: budget && { usd: budget.cap_nusd / NUSD_PER_USD, period: budget.period },
    ratePerMinute: rate_per_minute,
    expires: expires_at,
    localOnly: local_only || null,
    maxTokensPerRequest: max_tokens,
  };
  return Object.entries(all)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([type, value]) => ({ type, value }));
}

/** Tell a page what its grant lets it do: the caveats hold for all capabilities. */
export function toPermissions({ origin, created_at, caveats }: AllowedGrant): Permission[] {
  const told = toCaveats(caveats);
  const { capabilities } = caveats;
  return SITE_CAPABILITIES.filter((one) => capabilities?.includes(one) ?? true).map((parentCapability) => ({
    invoker: origin,
    parentCapability,
    caveats: told,
    date: created_at,
  }));
}
