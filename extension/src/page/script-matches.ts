import { pageMatches } from "./page-matches";

/** The documents that get `window.ai`. Files may not ask, but are told so, where the person lets extensions see files at all. */
export const scriptMatches = [...pageMatches, "file:///*"];
