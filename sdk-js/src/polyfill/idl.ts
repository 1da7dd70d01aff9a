import { isRecord } from "../isRecord.js";

/** Read what a page hands over as Web IDL converts it: wrong shapes are `TypeError`s that name the member. */

/** An options bag; nothing at all is an empty one. */
export function dictionary(value: unknown, name: string): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (!isRecord(value) && typeof value !== "function") throw new TypeError(`${name} must be an object.`);
  return value as Record<string, unknown>;
}

export function required(bag: Record<string, unknown>, member: string): unknown {
  if (bag[member] === undefined) throw new TypeError(`${member} is required.`);
  return bag[member];
}

export function oneOf<T extends string>(value: unknown, allowed: readonly T[], otherwise: T, member: string): T {
  if (value === undefined) return otherwise;
  const found = allowed.find((name) => name === String(value));
  if (found === undefined) throw new TypeError(`${member} must be one of ${allowed.join(", ")}; not ${String(value)}.`);
  return found;
}

/** A sequence: anything that can be iterated, but no string. */
export function list(value: unknown, member: string): unknown[] {
  if (value === undefined) return [];
  if (!isRecord(value) || !(Symbol.iterator in value)) throw new TypeError(`${member} must be a list.`);
  return [...(value as unknown as Iterable<unknown>)];
}

export function text(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}

export function flag(value: unknown): boolean {
  return Boolean(value);
}

export function signal(value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined;
  if (Object.prototype.toString.call(value) !== "[object AbortSignal]")
    throw new TypeError("signal must be an AbortSignal.");
  return value as AbortSignal;
}

/** A language tag in its canonical form; a `RangeError` when it is none. */
export function language(value: unknown): string {
  const [canonical] = Intl.getCanonicalLocales(String(value));
  if (canonical === undefined) throw new RangeError(`Not a language: ${String(value)}`);
  return canonical;
}

/** A list of languages without doubles; null when there is none. */
export function languages(value: unknown, member: string): readonly string[] | null {
  if (value === undefined) return null;
  return Object.freeze([...new Set(list(value, member).map(language))]);
}
