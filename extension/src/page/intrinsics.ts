/**
 * The platform's functions as they were before any script of the page ran. The private port is handed over, written to
 * and read through these alone, so that a script that replaces them afterwards gets hold neither of it nor of what it
 * carries. They are called by `apply`: `Function.prototype.call` is the page's, too.
 */
export const intrinsics = {
  document: globalThis.document,
  MessageChannel: globalThis.MessageChannel,
  MessageEvent: globalThis.MessageEvent,
  Event: globalThis.Event,
  CustomEvent: globalThis.CustomEvent,
  DOMException: globalThis.DOMException,
  AbortController: globalThis.AbortController,
  addEventListener: globalThis.EventTarget.prototype.addEventListener,
  dispatchEvent: globalThis.EventTarget.prototype.dispatchEvent,
  postMessage: globalThis.MessagePort.prototype.postMessage,
  setTimeout: globalThis.setTimeout.bind(globalThis),
  clearTimeout: globalThis.clearTimeout.bind(globalThis),
  randomId: globalThis.crypto.randomUUID?.bind(globalThis.crypto) ?? (() => `${Math.random()}${Math.random()}`),
  apply: Reflect.apply,
  messageData: Object.getOwnPropertyDescriptor(globalThis.MessageEvent.prototype, "data")?.get as () => unknown,
  defineProperty: Object.defineProperty,
  freeze: Object.freeze,
} as const;
