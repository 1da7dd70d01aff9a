import type { ProviderBody } from "./ProviderBody.js";
import { SatchelError } from "./SatchelError.js";

/** The provider answered with an error or broke off (4300). Its own words are in `body`. */
export class ProviderFailed extends SatchelError {
  override readonly name: string = "ProviderFailed";

  /** Who failed. */
  get provider(): string | undefined {
    return this.data.provider;
  }

  /** The HTTP status it answered with. */
  get status(): number | undefined {
    return this.data.status;
  }

  /** What its error body says, as far as a page may read it. */
  get body(): ProviderBody | undefined {
    return this.data.body;
  }

  /** Seconds to wait before another try, where the provider said so. */
  get retryAfterS(): number | undefined {
    return this.data.retryAfterS;
  }
}
