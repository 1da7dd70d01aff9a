/** What a provider's error body says, as far as a page may read it: no keys, and no facts of the person's account. */
export interface ProviderBody {
  /** Its own words, at most 300 characters. */
  message?: string;
  /** Its own kind of error, such as `rate_limit_error` or `RESOURCE_EXHAUSTED`. */
  type?: string | number;
  /** Its own code, such as `model_not_found`, or an HTTP status. */
  code?: string | number;
}
