/** What the components extend: on a server, where there are no elements, something that is never made. */
export const ElementBase: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);
