import type { Input } from "./Input.js";
import type { InferredOutput } from "./Output.js";

/** What every legacy request takes. */
export interface Options<TModel, _TInput extends Input = Input> {
  model?: TModel;
  numOutputs?: number;
}

/** What a text request takes. `onStreamResult` gets deltas, never the whole text so far. */
export interface CompletionOptions<TModel, TInput extends Input = Input> extends Options<TModel, TInput> {
  onStreamResult?: (result: InferredOutput<TInput> | null, error: string | null) => unknown;
  temperature?: number;
  maxTokens?: number;
  stopSequences?: string[];
}

/** What a 3D request takes. */
export interface ThreeDOptions<TModel> extends Options<TModel> {
  numInferenceSteps?: number;
}

/** What `BETA_updateModelProvider` takes; `session: null` signs out. */
export type ModelProviderOptions = {
  baseUrl: string;
  session?: {
    email?: string;
    walletAddress?: string;
    expiresAt?: number;
    paymentUrl?: string;
    settingsUrl?: string;
  } | null;
  shouldSetDefault?: boolean;
};

/** Tell whether options are those of a text request; a lone `onStreamResult` does not count, as in the original. */
export function isCompletionOptions(options: Options<string>): options is CompletionOptions<string> {
  return "temperature" in options || "maxTokens" in options || "stopSequences" in options;
}
