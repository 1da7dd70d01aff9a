/** A key, or a locked vault, that keeps a page's request from an answer, and that the person may put right while the page waits. */
export interface Trouble {
  id: string;
  /** `key`: missing, refused, or it does not open; `credit`: the provider wants money; `vault`: it is locked, and the person can unlock it. */
  kind: "key" | "credit" | "vault";
  /** The site that waits. */
  origin: string;
  /** The provider's slug; null where the backend named none. */
  provider: string | null;
  /** The label of the key, where it has one. */
  label: string | null;
  /** Why, as the backend's stable code. */
  code: string;
  /** What the backend says, in the provider's own words where there are any. */
  message: string;
}
