import type { TokenDraft } from "./Token";

const DAY_MS = 86_400_000;
const AMOUNT = /^\d{1,6}(?:[.,]\d{1,6})?$/;

/** What the form of a new token holds. `days` empty is no end, `limit` empty no limit, `reset` empty once and for all. */
export interface TokenFields {
  name: string;
  days: string;
  limit: string;
  reset: string;
}

/** Say what is wrong with the fields; nothing is right. */
export function tokenFaults({ name, limit }: TokenFields): Partial<Record<keyof TokenFields, string>> {
  return {
    ...(name.trim() === "" && { name: "Name it, so that you know later which one to revoke." }),
    ...(limit.trim() !== "" && !AMOUNT.test(limit.trim()) && { limit: "Write an amount, such as 5 or 2.50." }),
  };
}

/** Turn the fields into what the server wants. */
export function tokenDraft({ name, days, limit, reset }: TokenFields, now: Date): TokenDraft {
  const amount = limit.trim().replace(",", ".");
  return {
    name: name.trim(),
    ...(days && { expires_at: new Date(now.getTime() + Number(days) * DAY_MS).toISOString() }),
    ...(amount && { limit: Number(amount) }),
    ...(amount && reset && { limit_reset: reset as "daily" | "weekly" | "monthly" }),
  };
}
