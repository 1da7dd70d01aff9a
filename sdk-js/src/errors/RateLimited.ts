import { SatchelError } from "./SatchelError.js";

/** Too many requests; wait (4290, −32005). */
export class RateLimited extends SatchelError {
  override readonly name: string = "RateLimited";

  /** Seconds to wait, where known. */
  get retryAfterS(): number | undefined {
    return this.data.retryAfterS;
  }
}
