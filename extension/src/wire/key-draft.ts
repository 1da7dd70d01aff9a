/** What `POST /v1/keys` takes. */
export interface KeyDraft {
  provider: string;
  secret?: string;
  base_url?: string;
  label?: string;
}
