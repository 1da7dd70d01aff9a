/**
 * `satchel/legacy`: what the npm package `window.ai` 0.2.4 exported, name for name, so that
 * `import … from "window.ai"` becomes `import … from "satchel/legacy"` and nothing else changes.
 */
import type { WindowAI } from "./WindowAI.js";

export { ErrorCode, isKnownError } from "./ErrorCode.js";
export { type EventListenerHandler, EventType, type RequestID } from "./EventType.js";
export { getWindowAI } from "./getWindowAI.js";
export { hasWindowAI } from "./hasWindowAI.js";
export {
  type ChatMessage,
  type ChatRole,
  type Input,
  isMessagesInput,
  isPromptInput,
  type MessagesInput,
  type PromptInput,
} from "./Input.js";
export { isMediaExtension, MediaExtension } from "./MediaExtension.js";
export { ModelID, parseModelID } from "./ModelID.js";
export {
  type CompletionOptions,
  isCompletionOptions,
  type ModelProviderOptions,
  type Options,
  type ThreeDOptions,
} from "./Options.js";
export {
  type InferredOutput,
  isMediaHosted,
  isMediaOutput,
  isMessageOutput,
  isTextOutput,
  type MediaOutput,
  type MessageOutput,
  type Output,
  type TextOutput,
} from "./Output.js";
export { VALID_DOMAIN, type WindowAI } from "./WindowAI.js";
export { waitForWindowAI } from "./waitForWindowAI.js";

declare global {
  /** What `window.ai` has: `satchel/legacy` and `satchel/types` each add what they know. */
  interface SatchelWindowAI extends WindowAI {}
  interface Window {
    ai: SatchelWindowAI;
  }
}
