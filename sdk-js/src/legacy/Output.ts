import type { ChatMessage, MessagesInput, PromptInput } from "./Input.js";

/** The answer to a prompt. While streaming, `text` is a delta and `isPartial` is true. */
export type TextOutput = {
  text: string;
  isPartial?: boolean;
};
/** The answer to a conversation. While streaming, `content` is a delta and `isPartial` is true. */
export type MessageOutput = {
  message: ChatMessage;
  isPartial?: boolean;
};
/** A generated object: a data URI, or an address where it lies. */
export type MediaOutput = {
  uri: string;
  url?: string;
};
/** Any answer. */
export type Output = TextOutput | MessageOutput | MediaOutput;
/** The answer that belongs to an input. */
export type InferredOutput<TInput> = TInput extends MessagesInput
  ? MessageOutput
  : TInput extends PromptInput
    ? TextOutput | MediaOutput
    : Output;

/** Tell whether the answer is text. */
export function isTextOutput(output: Output): output is TextOutput {
  return "text" in output;
}

/** Tell whether the answer is a message. */
export function isMessageOutput(output: Output): output is MessageOutput {
  return "message" in output;
}

/** Tell whether the answer is a generated object. */
export function isMediaOutput(output: Output): output is MediaOutput {
  return "uri" in output;
}

/** Tell whether the object also lies at an address. */
export function isMediaHosted(output: MediaOutput): boolean {
  return "url" in output && !!output.url;
}
