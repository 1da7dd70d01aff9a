import { readPermissionWish, type PermissionWish as Wish } from "../../../sdk-js/src/PermissionWish";
import type { GrantDraft } from "./grant-draft";

/** How far a page itself asks to be narrowed, in the backend's words; null does not narrow. */
export type PermissionWish = Wish;

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
    wish.local_only || [wish.models, wish.budget, wish.rate_per_minute, wish.expires_at].some((one) => one !== null)
  );
}

/** What the person allowed, narrowed further by what the page itself asked for. Never wider than the person's answer. */
function narrow(allowed: NonNullable<GrantDraft["caveats"]>, wish: PermissionWish): NonNullable<GrantDraft["caveats"]> {
  const models = allowed.models ?? null;
  const both = models?.filter((id) => wish.models?.includes(id)) ?? wish.models;
  const expiries = [allowed.expires_at, wish.expires_at].filter((at) => typeof at === "string").sort();
  return {
    models: wish.models === null || both?.length === 0 ? models : both,
    budget: least(allowed.budget ?? null, wish.budget),
    rate_per_minute: lesser(allowed.rate_per_minute ?? null, wish.rate_per_minute),
    expires_at: expiries[0] ?? null,
    local_only: wish.local_only || allowed.local_only === true,
  };
}

export const PermissionWish = { parse: readPermissionWish, narrow, narrows };
