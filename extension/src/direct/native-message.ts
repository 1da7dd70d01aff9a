import type { NativePrompt } from "./native-prompt";

/** Over the port between the worker and the page in which the browser's own model runs: what the worker says. */
export type ToNative = { id: string; prompt: NativePrompt } | { id: string; stop: true };

/** And what it hears. */
export type FromNative =
  | { id: string; delta: string }
  | { id: string; end: true }
  | { id: string; error: { name: string; message: string } };

/** The port's name. */
export const NATIVE_PORT = "browser-model";
