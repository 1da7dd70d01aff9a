/** A copy of an object's own fields with no prototype: what a script of the page put on `Object.prototype` is not among them. */
export function bare<T extends object>(given: T): T {
  return { __proto__: null, ...given } as unknown as T;
}
