import type { Part } from "./Part.js";

/** A JSON schema. */
export type JsonSchema = Record<string, unknown>;

/** What a tool's function is told beside its arguments. */
export interface ToolContext {
  /** The call's id. */
  id: string;
  /** Aborted when the conversation is stopped. */
  signal: AbortSignal;
}

/** A function that the model may ask the page to call. The shape is OpenAI's; `parameters` is a JSON schema. */
export interface Tool {
  type: "function";
  function: { name: string; description?: string; parameters?: JsonSchema; strict?: boolean };
  /**
   * Run the tool in the page; what it returns goes back to the model, and the model goes on. Check `input`: a model wrote it.
   * Without this the answer ends with the call, for the page to deal with.
   */
  execute?(input: unknown, context: ToolContext): unknown;
}

/** Whether and which tool must be called. */
export type ToolChoice = "auto" | "none" | "required" | { type: "function"; function: { name: string } };

/** The form of the answer. */
export type ResponseFormat =
  | { type: "text" }
  | { type: "json_object" }
  | {
      type: "json_schema";
      json_schema: { name: string; schema: JsonSchema; description?: string; strict?: boolean };
    };

/** What `chat` takes beside the question. Whatever is left out is left to the person and the model. */
export interface ChatOptions {
  /** A wish, `author/slug`. Left out, the person's own choice answers. */
  model?: string | undefined;
  /** Stops the generation at the provider; the call rejects with an `AbortError` that has `usage` and `cost`. */
  signal?: AbortSignal | undefined;
  /** The most tokens to write. */
  maxTokens?: number | undefined;
  temperature?: number | undefined;
  topP?: number | undefined;
  topK?: number | undefined;
  minP?: number | undefined;
  /** The same seed and question give much the same answer, where the model can. */
  seed?: number | undefined;
  frequencyPenalty?: number | undefined;
  presencePenalty?: number | undefined;
  repetitionPenalty?: number | undefined;
  logitBias?: Record<string, number> | undefined;
  /** How much to think before answering, such as `low`; models have their own words. */
  reasoningEffort?: string | undefined;
  verbosity?: string | undefined;
  /** Whether the model may call several tools at once. */
  parallelToolCalls?: boolean | undefined;
  /** What may come out: `text`, `image`. */
  modalities?: readonly string[] | undefined;
  /** Texts at which the model stops. */
  stop?: string | string[] | undefined;
  tools?: readonly Tool[] | undefined;
  toolChoice?: ToolChoice | undefined;
  /** How many times the model may be asked while it calls tools; 8 by default. Then the answer ends with its open calls. */
  maxSteps?: number | undefined;
  /** Have the answer written as JSON of this schema; it is then `object` of the answer. */
  schema?: JsonSchema | undefined;
  /** The same by hand, in OpenAI's words. */
  responseFormat?: ResponseFormat | undefined;
  /** Why you ask, at most 120 characters; the consent window quotes it as your words. */
  reason?: string | undefined;
  /** Called for every part as it comes, whether or not anybody iterates. */
  onEvent?: ((part: Part) => void) | undefined;
}
