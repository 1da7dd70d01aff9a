/** A provider key as `/v1/keys` lists it: without its secret. */
export interface Key {
  id: string;
  provider: string;
  label: string | null;
  base_url: string;
  last4: string | null;
  created_at: string;
  /** What the provider said when it was last asked with the key. */
  check: {
    status: "accepted" | "refused" | "unreachable" | "unusable" | "unchecked";
    message: string | null;
    models: number | null;
  };
  same_as: string | null;
}
