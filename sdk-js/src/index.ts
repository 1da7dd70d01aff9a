/** The package `satchel`: the typed client, its transports, signing in, and its errors. */
export type { Answer, Cost, FinishReason, ToolCall, Usage } from "./Answer.js";
export type { Credentials } from "./auth/Credentials.js";
export { type OAuthOptions, oauth } from "./auth/oauth.js";
export { Session } from "./auth/Session.js";
export type { GivenCredentials } from "./auth/toCredentials.js";
export type { ChatOptions, JsonSchema, ResponseFormat, Tool, ToolChoice, ToolContext } from "./ChatOptions.js";
export {
  type AskOptions,
  Client,
  type ClientEvents,
  type EmbedOptions,
  type ImageOptions,
  type Permissions,
  type SpeechOptions,
  type TranscriptionOptions,
} from "./Client.js";
export { type CreateClientOptions, createClient } from "./createClient.js";
export { AnswerInvalid } from "./errors/AnswerInvalid.js";
export { BudgetExceeded } from "./errors/BudgetExceeded.js";
export { ExtensionMissing } from "./errors/ExtensionMissing.js";
export { InvalidRequest } from "./errors/InvalidRequest.js";
export { NotConnected } from "./errors/NotConnected.js";
export { PermissionDenied } from "./errors/PermissionDenied.js";
export type { ProviderBody } from "./errors/ProviderBody.js";
export { ProviderFailed } from "./errors/ProviderFailed.js";
export { RateLimited } from "./errors/RateLimited.js";
export { type ErrorData, SatchelError } from "./errors/SatchelError.js";
export { SignInRequired } from "./errors/SignInRequired.js";
export { UnsupportedMethod } from "./errors/UnsupportedMethod.js";
export { file } from "./file.js";
export { Generation } from "./Generation.js";
export { image } from "./image.js";
export type { Message, MessagePart } from "./Message.js";
export type { Model } from "./Model.js";
export type { Part } from "./Part.js";
export type { Permission } from "./Permission.js";
export type { PermissionStatus } from "./PermissionStatus.js";
export type { Connect, Transport, TransportRequest } from "./Transport.js";
export { fallback } from "./transports/fallback.js";
export { http, type ServerOptions } from "./transports/http.js";
export { type InjectedProvider, isInjectedProvider } from "./transports/InjectedProvider.js";
export { injected } from "./transports/injected.js";
export { type OwnAsk, ownKey } from "./transports/ownKey.js";
