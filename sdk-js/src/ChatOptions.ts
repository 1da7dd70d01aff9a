import type { Part } from "./Part.js";

/** A function that the model may ask the page to call. The shape is OpenAI's; `parameters` is a JSON schema. */
export interface Tool {
  type: "function";
  function: { name: string; description?: string; parameters?: Record<string, unknown>; strict?: boolean };
}

/** Whether and which tool must be called. */
export type ToolChoice = "auto" | "none" | "required" | { type: "function"; function: { name: string } };

/** The form of the answer. */
export type ResponseFormat =
  | { type: "text" }
  | { type: "json_object" }
  | {
      type: "json_schema";
      json_schema: { name: string; schema: Record<string, unknown>; description?: string; strict?: boolean };
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
  /** Texts at which the model stops. */
  stop?: string | string[] | undefined;
  tools?: Tool[] | undefined;
  toolChoice?: ToolChoice | undefined;
  responseFormat?: ResponseFormat | undefined;
  /** Why you ask, at most 120 characters; the consent window quotes it as your words. */
  reason?: string | undefined;
  /** Called for every part as it comes, whether or not anybody iterates. */
  onEvent?: ((part: Part) => void) | undefined;
}
