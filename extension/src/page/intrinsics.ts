/**
 * The platform's functions as they were before any script of the page ran. The handover of the private port uses
 * only these, so that a page that replaces them afterwards does not stand between us and the relay.
 */
export const intrinsics = {
  document: globalThis.document,
  MessageChannel: globalThis.MessageChannel,
  MessageEvent: globalThis.MessageEvent,
  Event: globalThis.Event,
  CustomEvent: globalThis.CustomEvent,
  DOMException: globalThis.DOMException,
  addEventListener: globalThis.EventTarget.prototype.addEventListener,
  dispatchEvent: globalThis.EventTarget.prototype.dispatchEvent,
  postMessage: globalThis.MessagePort.prototype.postMessage,
  setTimeout: globalThis.setTimeout.bind(globalThis),
  clearTimeout: globalThis.clearTimeout.bind(globalThis),
  randomId: globalThis.crypto.randomUUID?.bind(globalThis.crypto) ?? (() => `${Math.random()}${Math.random()}`),
  defineProperty: Object.defineProperty,
  freeze: Object.freeze,
} as const;
