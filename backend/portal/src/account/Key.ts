/** A provider key as `GET /v1/keys` lists it: without its secret. */
export interface Key {
  id: string;
  provider: string;
  label: string | null;
  base_url: string;
  last4: string | null;
  created_at: string;
}

/** What `POST /v1/keys` takes. */
export interface KeyDraft {
  provider: string;
  secret?: string;
  base_url?: string;
  label?: string;
}
