import type { NativePrompt } from "./native-prompt";

/** The port to the browser's own model, wherever the browser lets it be reached from. */
export interface NativeModel {
  /** Pieces of its answer. An abort stops it and throws the signal's reason; else it throws an `Error` with the browser's name for what is wrong. */
  ask(prompt: NativePrompt, signal: AbortSignal): AsyncGenerator<string, void, undefined>;
}
