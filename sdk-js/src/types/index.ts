/**
 * `satchel/types`: types alone. They declare `window.ai` as the extension makes it, for pages that call it without the client:
 * `/// <reference types="satchel/types" />`, or `"types": ["satchel/types"]` in `tsconfig.json`.
 *
 * It is declared as if it were always there, as the npm package `window.ai` did: look with `window.ai?.` before you call it. With
 * `satchel/legacy` beside it, `window.ai` has the calls of both.
 */
import type { InjectedAI } from "./InjectedAI.js";

export type { InjectedAI } from "./InjectedAI.js";

declare global {
  interface SatchelWindowAI extends InjectedAI {}
  interface Window {
    ai: SatchelWindowAI;
  }
}
