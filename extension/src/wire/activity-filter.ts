import type { Generation } from "./generation";

/** What a person looks for in the activity. */
export interface ActivityFilter {
  search: string;
  status: "any" | Generation["status"];
  origin: string | null;
}

const NONE: ActivityFilter = { search: "", status: "any", origin: null };

/** So long a search may be. */
const LONGEST = 200;

/** Whether everything is meant. */
function isNone({ search, status, origin }: ActivityFilter): boolean {
  return search.trim() === "" && status === "any" && origin === null;
}

/** A page of what is meant, as `GET /v1/generations` is asked for it. */
function query(limit: number, { search, status, origin }: ActivityFilter, cursor: string | null): URLSearchParams {
  const asked = new URLSearchParams({ limit: String(limit) });
  if (origin !== null) asked.set("origin", origin);
  if (search.trim() !== "") asked.set("q", search.trim());
  if (status !== "any") asked.set("status", status);
  if (cursor !== null) asked.set("cursor", cursor);
  return asked;
}

/**
 * Whether a generation that only this browser knows is meant, as the backend searches its own: every word must be in its site, app,
 * model, provider, code or id, or in what was said.
 */
function matches(generation: Generation, { search, status, origin: site }: ActivityFilter, modelName: string): boolean {
  if (status !== "any" && generation.status !== status) return false;
  const { origin, app, model, requested_model: requested, provider, error_code: code, id, said } = generation;
  if (site !== null && origin !== site) return false;
  const facts = [origin, app, model, requested, provider, code, id, modelName, said?.asked, said?.answered];
  const text = facts.filter(Boolean).join(" ").toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => text.includes(word));
}

export const ActivityFilter = { NONE, LONGEST, isNone, query, matches };
