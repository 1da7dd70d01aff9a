import type { ActivityDays } from "./activity-days";

/** The signed-in person, as `GET /v1/account` says. */
export interface Account {
  id: string;
  email: string;
  /** Whether its email is known to be its holder's, and whether links are mailed there; a Satchel of before does not say. */
  email_proven?: boolean;
  sends_mail?: boolean;
  /** Whether it is the account that was made first; a Satchel of before does not say. */
  is_owner?: boolean;
  preferred_model: string | null;
  /** For how long activity is kept; a Satchel of before keeps it for ever and does not say. */
  activity_days?: ActivityDays;
  today: { cost_nusd: number; generations: number };
  budget: {
    cap_nusd: number;
    spent_nusd: number;
    held_nusd: number;
    period: string;
    resets_at: string | null;
  } | null;
  apps: number;
}
