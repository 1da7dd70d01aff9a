/** The signed-in person, as `GET /v1/account` says. */
export interface Account {
  id: string;
  email: string;
  preferred_model: string | null;
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
