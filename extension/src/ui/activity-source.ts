import type { ActivityFilter } from "../wire/activity-filter";
import type { GenerationPage } from "../wire/generation-page";

/** Where activity is read: the extension's worker, or the portal's doors. */
export interface ActivitySource {
  /** At most so many of what is meant, newest first; `cursor` continues an earlier page. */
  generationPage(limit: number, filter: ActivityFilter, cursor: string | null): Promise<GenerationPage>;
}
