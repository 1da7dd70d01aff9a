import { BUILT_IN_NAMES, type BuiltInAI } from "./builtInAI.js";

/**
 * Put the objects on a window. They are made when one of them is first touched, so that a page that does not ask pays nothing.
 *
 * @param replaced The names to put there although the browser has its own.
 * @returns The names that were put there.
 */
export function installBuiltIn(
  target: object,
  make: () => BuiltInAI,
  replaced: readonly string[] = [],
): (keyof BuiltInAI)[] {
  let made: BuiltInAI | undefined;
  const names = BUILT_IN_NAMES.filter((name) => !(name in target) || replaced.includes(name));
  for (const name of names) {
    const settle = (value: unknown) =>
      Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
    Object.defineProperty(target, name, {
      configurable: true,
      enumerable: false,
      get() {
        made ??= make();
        settle(made[name]);
        return made[name];
      },
      set: settle,
    });
  }
  return names;
}
