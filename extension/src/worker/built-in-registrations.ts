import { pageMatches } from "../page/page-matches";
import type { Preferences } from "../wire/preferences";
import type { BuiltInChoice, SiteBuiltIn } from "../wire/site-built-in";

/** One script for the browser to put into documents of these addresses. */
export interface BuiltInRegistration {
  id: string;
  js: string[];
  matches: string[];
  excludeMatches?: string[];
}

const FILES = {
  off: "builtin-off.js",
  "when unavailable": "builtin-unavailable.js",
  always: "builtin-always.js",
} as const;
const OF_SITES: Readonly<Record<BuiltInChoice, keyof typeof FILES>> = { mine: "always", browser: "off" };

/**
 * Return what to register for what the person chose, in general and for single sites; no document gets two. Firefox knows no ports in
 * addresses (`hasPorts` false): there a choice holds for all of a host's.
 */
export function builtInRegistrations(
  general: Preferences["languageModel"],
  sites: SiteBuiltIn,
  hasPorts: boolean,
): BuiltInRegistration[] {
  const chosen = Object.entries(sites).map(([origin, choice]) => ({ choice, match: matchOf(origin, hasPorts) }));
  const ofSites = (["mine", "browser"] as const).map((choice) => ({
    id: `built-in-${choice}`,
    js: [FILES[OF_SITES[choice]]],
    matches: [...new Set(chosen.filter((one) => one.choice === choice).map(({ match }) => match))],
  }));
  const apart = [...new Set(chosen.map(({ match }) => match))];
  const everywhere =
    general === "when missing"
      ? []
      : [{ id: "built-in", js: [FILES[general]], matches: [...pageMatches], excludeMatches: apart }];
  return [...everywhere, ...ofSites.filter(({ matches }) => matches.length > 0)];
}

/** The pattern of a site's addresses. One without a port would mean every port. */
function matchOf(origin: string, hasPorts: boolean): string {
  const { protocol, hostname, port } = new URL(origin);
  const at = port || (protocol === "https:" ? "443" : "80");
  return `${protocol}//${hostname}${hasPorts ? `:${at}` : ""}/*`;
}
