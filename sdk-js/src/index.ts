/** The package `satchel`: the typed client, its errors, and every name of the original `window.ai` package. */
export type { Answer, Cost, FinishReason, ToolCall, Usage } from "./Answer.js";
export type { ChatOptions, ResponseFormat, Tool, ToolChoice } from "./ChatOptions.js";
export { Client, type ClientEvents, type Permissions } from "./Client.js";
export { type CreateClientOptions, createClient } from "./createClient.js";
export { BudgetExceeded } from "./errors/BudgetExceeded.js";
export { ExtensionMissing } from "./errors/ExtensionMissing.js";
export { InvalidRequest } from "./errors/InvalidRequest.js";
export { NotConnected } from "./errors/NotConnected.js";
export { PermissionDenied } from "./errors/PermissionDenied.js";
export { ProviderFailed } from "./errors/ProviderFailed.js";
export { RateLimited } from "./errors/RateLimited.js";
export { type ErrorData, SatchelError } from "./errors/SatchelError.js";
export { UnsupportedMethod } from "./errors/UnsupportedMethod.js";
export { Generation } from "./Generation.js";
export { ErrorCode, isKnownError } from "./legacy/ErrorCode.js";
export { type EventListenerHandler, EventType, type RequestID } from "./legacy/EventType.js";
export { getWindowAI } from "./legacy/getWindowAI.js";
export { hasWindowAI } from "./legacy/hasWindowAI.js";
export {
  type ChatMessage,
  type ChatRole,
  type Input,
  isMessagesInput,
  isPromptInput,
  type MessagesInput,
  type PromptInput,
} from "./legacy/Input.js";
export { isMediaExtension, MediaExtension } from "./legacy/MediaExtension.js";
export { ModelID, parseModelID } from "./legacy/ModelID.js";
export {
  type CompletionOptions,
  isCompletionOptions,
  type ModelProviderOptions,
  type Options,
  type ThreeDOptions,
} from "./legacy/Options.js";
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
} from "./legacy/Output.js";
export { VALID_DOMAIN, type WindowAI } from "./legacy/WindowAI.js";
export { waitForWindowAI } from "./legacy/waitForWindowAI.js";
export type { Message, MessagePart } from "./Message.js";
export type { Part } from "./Part.js";
export type { Connect, Transport, TransportRequest } from "./Transport.js";
export { type InjectedProvider, isInjectedProvider } from "./transports/InjectedProvider.js";
export { injected } from "./transports/injected.js";
