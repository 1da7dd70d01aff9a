import type { AskedBody } from "../wire/asked-body";
import type { Model } from "../wire/model";
import type { DirectEvent } from "./direct-event";

/** One model that answers without the backend: what it is, and the way to it. */
export interface DirectRoute {
  model: Model;
  /**
   * Asks it what it is able to. Ends with an `end` event, or throws an `RpcFailure` with a stable code; an abort throws the signal's reason
   * and has by then stopped the model.
   */
  stream(body: AskedBody, signal: AbortSignal): AsyncGenerator<DirectEvent, void, undefined>;
}
