import { isRecord } from "./isRecord.js";
import { SITE_CAPABILITIES, type SiteCapability } from "./Permission.js";

/** How far a page itself asks to be narrowed, in the backend's words; null does not narrow. */
export interface PermissionWish {
  models: readonly string[] | null;
  budget: { cap_nusd: number; period: "day" | "week" | "month" | "total" } | null;
  rate_per_minute: number | null;
  expires_at: string | null;
  local_only: boolean;
  max_tokens: number | null;
  /** What it wants to do at all; null where it names nothing and leaves that to the person. */
  capabilities: readonly SiteCapability[] | null;
  /** Whether it gives up tools, which it may have already. */
  no_tools: boolean;
}

const PERIODS = new Set(["day", "week", "month", "total"]);
const NUSD_PER_USD = 1_000_000_000;
const MOST_TOKENS = 10_000_000;
const UNNARROWED = { models: null, budget: null, rate_per_minute: null, expires_at: null, max_tokens: null };
const NONE: PermissionWish = { ...UNNARROWED, capabilities: null, local_only: false, no_tools: false };

/** Each caveat of a page: what it makes of the wish, or null when it has the wrong shape. */
const CAVEATS: Readonly<Record<string, (value: unknown) => Partial<PermissionWish> | null>> = {
  models: (value) =>
    Array.isArray(value) && value.length > 0 && value.length <= 200 && value.every((id) => typeof id === "string" && id)
      ? { models: value }
      : null,
  budget: (value) => {
    if (!isRecord(value)) return null;
    const { usd, period } = value;
    const known = typeof usd === "number" && usd >= 0 && usd <= 1_000_000 && PERIODS.has(String(period));
    if (!known) return null;
    const cap_nusd = Math.floor(usd * NUSD_PER_USD);
    return { budget: { cap_nusd, period: period as NonNullable<PermissionWish["budget"]>["period"] } };
  },
  ratePerMinute: (value) =>
    Number.isInteger(value) && (value as number) > 0 && (value as number) <= 100_000
      ? { rate_per_minute: value as number }
      : null,
  expires: (value) => {
    const at = typeof value === "string" || typeof value === "number" ? new Date(value) : null;
    return at !== null && at.getTime() > Date.now() ? { expires_at: at.toISOString() } : null;
  },
  maxTokensPerRequest: (value) =>
    Number.isInteger(value) && (value as number) > 0 && (value as number) <= MOST_TOKENS
      ? { max_tokens: value as number }
      : null,
  noTools: (value) => (typeof value === "boolean" ? { no_tools: value } : null),
  localOnly: (value) => (typeof value === "boolean" ? { local_only: value } : null),
};

/** Reads the params of `ai_requestPermissions`, or says in words what is wrong with them. */
export function readPermissionWish(params: unknown): PermissionWish | string {
  const asked = isRecord(params) ? (params.permissions ?? {}) : {};
  if (!isRecord(asked)) return "permissions must be an object of capabilities";
  const wish = { ...NONE };
  const named: SiteCapability[] = [];
  for (const [capability, caveats] of Object.entries(asked)) {
    if (!isCapability(capability)) return `there is no capability ${JSON.stringify(capability.slice(0, 64))}`;
    if (!isRecord(caveats)) return `${capability} needs an object of caveats`;
    named.push(capability);
    for (const [name, value] of Object.entries(caveats)) {
      const read = Object.hasOwn(CAVEATS, name) ? CAVEATS[name]?.(value) : null;
      if (read === null || read === undefined)
        return `the caveat ${JSON.stringify(name.slice(0, 64))} is not understood`;
      Object.assign(wish, read);
    }
  }
  const wanted = wish.no_tools ? named.filter((one) => one !== "model:tools") : named;
  if (wanted.length < named.length && wanted.length === 0) return "noTools leaves nothing of model:tools";
  return named.length === 0 ? wish : { ...wish, capabilities: wanted };
}

/** Tells a wish to a grant that is there already: what the page does not name, it keeps; tools it may give up. */
export function toNarrowing({ no_tools, ...wish }: PermissionWish): object {
  const capabilities = no_tools ? SITE_CAPABILITIES.filter((one) => one !== "model:tools") : null;
  return { ...wish, capabilities };
}

function isCapability(name: string): name is SiteCapability {
  return (SITE_CAPABILITIES as readonly string[]).includes(name);
}
