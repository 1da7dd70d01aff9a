/** `satchel/ai-sdk`: a provider of Vercel's AI SDK over the visitor's own models. */
export { createSatchel, type SatchelProvider, type SatchelProviderOptions } from "./createSatchel.js";
