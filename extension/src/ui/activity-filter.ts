import type { Generation } from "../wire/generation";

/** What a person looks for in the activity. */
export interface ActivityFilter {
  search: string;
  status: "any" | Generation["status"];
  origin: string | null;
}

const NONE: ActivityFilter = { search: "", status: "any", origin: null };

/** Whether a generation is meant; every word must be in its site, app, model, provider, code or id, or in what was said. */
function matches(generation: Generation, { search, status }: ActivityFilter, modelName: string): boolean {
  if (status !== "any" && generation.status !== status) return false;
  const { origin, app, model, requested_model: requested, provider, error_code: code, id, said } = generation;
  const facts = [origin, app, model, requested, provider, code, id, modelName, said?.asked, said?.answered];
  const text = facts.filter(Boolean).join(" ").toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => text.includes(word));
}

export const ActivityFilter = { NONE, matches };
