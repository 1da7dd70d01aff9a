import type { SiteCapability } from "../../../sdk-js/src/Permission";
import { readPermissionWish, toNarrowing, type PermissionWish as Wish } from "../../../sdk-js/src/PermissionWish";
import { ChatBody } from "./chat-body";
import type { GrantDraft } from "./grant-draft";

/** How far a page itself asks to be narrowed, in the backend's words; null does not narrow. */
export type PermissionWish = Wish;

/** Reads the params of `ai_requestPermissions`, or says in words what is wrong with them; no name may fill the worker's memory. */
function parse(params: unknown): PermissionWish | string {
  const wish = readPermissionWish(params);
  const isTooLong = typeof wish !== "string" && wish.models?.some((id) => !ChatBody.isModel(id)) === true;
  return isTooLong ? 'the caveat "models" has a name that is too long' : wish;
}

/** Of one period the smaller; periods cannot be compared, and where they differ the first stands. */
function least(a: PermissionWish["budget"], b: PermissionWish["budget"]): PermissionWish["budget"] {
  if (a === null || b === null) return a ?? b;
  return a.period === b.period && b.cap_nusd < a.cap_nusd ? b : a;
}

function lesser(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

/** Whether a wish narrows anything at all. */
function narrows(wish: PermissionWish): boolean {
  return (
    wish.local_only ||
    wish.no_tools ||
    [wish.models, wish.budget, wish.rate_per_minute, wish.expires_at, wish.max_tokens].some((one) => one !== null)
  );
}

/** Whether a page wants this model at all, `local` telling whether it runs on this computer. */
function allows(wish: PermissionWish | null | undefined, model: string, local: boolean): boolean {
  return !wish || ((wish.models?.includes(model) ?? true) && (local || !wish.local_only));
}

/** Two wishes of one page that are answered together: both hold. */
function both(
  first: PermissionWish | null | undefined,
  next: PermissionWish | null | undefined,
): PermissionWish | null {
  if (!first || !next) return first ?? next ?? null;
  const all = first.capabilities && next.capabilities && [...new Set([...first.capabilities, ...next.capabilities])];
  return { ...narrow(first, next), capabilities: all, no_tools: first.no_tools || next.no_tools };
}

/** Whether a wish would take anything from what was allowed already: what it does not name, it keeps. */
function asksForLess(wish: PermissionWish, allowed: NonNullable<GrantDraft["caveats"]>): boolean {
  const { models, budget, rate_per_minute, expires_at, local_only, max_tokens } = narrow(allowed, wish);
  const isLess = [
    models?.length !== allowed.models?.length,
    budget?.cap_nusd !== allowed.budget?.cap_nusd,
    rate_per_minute !== (allowed.rate_per_minute ?? null),
    expires_at !== (allowed.expires_at ?? null),
    local_only !== (allowed.local_only ?? false),
    max_tokens !== (allowed.max_tokens ?? null),
    wish.no_tools && (allowed.capabilities?.includes("model:tools") ?? true),
  ];
  return isLess.includes(true);
}

/** A wish that asks for what the site may do already, besides what it names. */
function besides(wish: PermissionWish, allowed: readonly SiteCapability[] | null): PermissionWish {
  if (wish.capabilities === null || allowed === null) return wish;
  const all = [...new Set([...allowed, ...wish.capabilities])];
  return { ...wish, capabilities: wish.no_tools ? all.filter((one) => one !== "model:tools") : all };
}

/**
 * What the person allowed, narrowed further by what the page itself asked for. Never wider than the person's answer, nor than the page's
 * wish; but where the person chose another period for the budget, theirs stands, as in the backend.
 */
function narrow(
  allowed: NonNullable<GrantDraft["caveats"]>,
  wish: PermissionWish,
): Required<NonNullable<GrantDraft["caveats"]>> {
  const models = allowed.models ?? null;
  const expiries = [allowed.expires_at, wish.expires_at].filter((at) => typeof at === "string").sort();
  return {
    models: models?.filter((id) => wish.models?.includes(id) ?? true) ?? wish.models,
    budget: least(allowed.budget ?? null, wish.budget),
    rate_per_minute: lesser(allowed.rate_per_minute ?? null, wish.rate_per_minute),
    expires_at: expiries[0] ?? null,
    local_only: wish.local_only || allowed.local_only === true,
    capabilities: wish.capabilities,
    max_tokens: lesser(allowed.max_tokens ?? null, wish.max_tokens),
  };
}

export const PermissionWish = {
  allows,
  asksForLess,
  besides,
  both,
  toNarrowing,
  parse,
  narrow,
  narrows,
};
