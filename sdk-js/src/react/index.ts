/** `satchel/react`: hooks over the visitor's own models. React is a peer; nothing else is needed. */
export type { AIState } from "./AIContext.js";
export { AIProvider, type AIProviderProps } from "./AIProvider.js";
export { SignInButton, type SignInButtonProps } from "./SignInButton.js";
export { useAI } from "./useAI.js";
export { type UseChat, type UseChatOptions, useChat } from "./useChat.js";
export { type Generating, type UseGenerate, useGenerate } from "./useGenerate.js";
export { type UsePermission, usePermission } from "./usePermission.js";
