import type { Account } from "../wire/account";
import type { Generation } from "../wire/generation";
import type { Grant } from "../wire/grant";
import type { GrantDraft } from "../wire/grant-draft";
import type { Model } from "../wire/model";

/**
 * Where screens get their facts: the extension's worker over a port, or the portal over HTTP. Components know neither.
 * Every call rejects with an `Error` whose message may be shown.
 */
export interface DataSource {
  account(): Promise<Account>;
  setModel(model: string): Promise<Account>;
  models(): Promise<Model[]>;
  grants(origin: string | null): Promise<Grant[]>;
  putGrant(draft: GrantDraft): Promise<Grant>;
  deleteGrant(id: string): Promise<void>;
  generations(limit: number, origin: string | null): Promise<Generation[]>;
  /** Stops a running generation by its id or key. */
  stop(key: string): Promise<void>;
}
