/** A token made by hand. `label` is how its text begins; amounts are US dollars. */
export interface Token {
  hash: string;
  name: string;
  label: string;
  disabled: boolean;
  scopes: string[];
  created_at: string;
  expires_at: string | null;
  limit: number | null;
  limit_reset: "daily" | "weekly" | "monthly" | null;
  usage: number;
}

/** A token to make. */
export interface TokenDraft {
  name: string;
  expires_at?: string;
  limit?: number;
  limit_reset?: "daily" | "weekly" | "monthly";
}

/** The doors of tokens. */
export interface TokenDoors {
  list(): Promise<Token[]>;
  create(draft: TokenDraft): Promise<{ key: string; data: Token }>;
  switch(token: Token, disabled: boolean): Promise<void>;
  revoke(token: Token): Promise<void>;
}
