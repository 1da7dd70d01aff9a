import type { VaultState } from "../wire/vault-state";

/** As long as the server keeps a vault open without use where it does not say. */
const USUAL_S = 900;

/** For how many minutes an open vault stays open without being used. */
export function idleMinutes({ idle_s }: VaultState): number {
  return Math.round((idle_s ?? USUAL_S) / 60);
}
