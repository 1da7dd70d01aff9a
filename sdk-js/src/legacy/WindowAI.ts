import type { EventListenerHandler, RequestID } from "./EventType.js";
import type { Input, PromptInput } from "./Input.js";
import type { CompletionOptions, ModelProviderOptions, ThreeDOptions } from "./Options.js";
import type { InferredOutput, MediaOutput } from "./Output.js";

/** What `__window_ai_metadata__.domain` says, in the original and in Satchel. */
export const VALID_DOMAIN = "https://windowai.io" as const;

/** The injected client as the original's library describes it. Every method works unbound. */
export interface WindowAI<TModel = string> {
  /** Where the API comes from, and its version. */
  __window_ai_metadata__: {
    domain: typeof VALID_DOMAIN;
    version: string;
  };
  /** Generate text; resolves to one answer per `numOutputs`, each a request of its own that is paid; rejects with a bare string when one fails, and stops the rest. */
  generateText<TInput extends Input = Input>(
    input: TInput,
    options?: CompletionOptions<TModel, TInput>,
  ): Promise<InferredOutput<TInput>[]>;
  /** Generate a 3D object. */
  BETA_generate3DObject(input: PromptInput, options?: ThreeDOptions<TModel>): Promise<MediaOutput[]>;
  /**
   * Generate text.
   * @deprecated Use `generateText`. At run time this one resolves to a single answer unless `numOutputs` is above 1.
   */
  getCompletion<TInput extends Input = Input>(
    input: TInput,
    options?: CompletionOptions<TModel, TInput>,
  ): Promise<InferredOutput<TInput>[]>;
  /** Name the person's current model. */
  getCurrentModel(): Promise<TModel | undefined>;
  /** Listen to every event; the answer is the request's id. */
  addEventListener<T>(handler: EventListenerHandler<T>): RequestID;
  /** Set the external model provider. */
  BETA_updateModelProvider(options: ModelProviderOptions): Promise<void>;
}
