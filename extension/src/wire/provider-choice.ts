/** A provider that a key can be for, as `GET /v1/providers` lists it. */
export interface ProviderChoice {
  name: string;
  slug: string;
  satchel: {
    /** null: the person gives the address; `example_url` shows what it looks like. */
    base_url: string | null;
    example_url: string;
    needs_key: boolean;
    local: boolean;
    key_page: string | null;
    /** Where credit is added; null where nobody looked it up. */
    billing_page: string | null;
  };
}
