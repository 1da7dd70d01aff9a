/** What the page of a provider wants to be changed, as the person is asked. */
export interface ProviderChange {
  id: string;
  /** `default`: its models are to answer where none is named; `sign_out`: Satchel is to forget how it gets in there. */
  kind: "default" | "sign_out";
  origin: string;
  /** The person's keys for this provider; null where the page is their Satchel's own. */
  keys: readonly ChangedKey[] | null;
}

/** As much of a key as the person needs to know it again, and as tells which models it opens. */
interface ChangedKey {
  id: string;
  provider: string;
  /** The provider's name for people. */
  name: string;
  label: string | null;
  last4: string | null;
}
