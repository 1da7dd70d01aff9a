import type { KeyValue } from "../../src/worker/key-value";

/** A storage area in a map; values are copied, as the browser does. */
export function memoryKeyValue(): KeyValue {
  const map = new Map<string, unknown>();
  return {
    get: async <T>(key: string) => (structuredClone(map.get(key)) as T | undefined) ?? null,
    set: async (key, value) => void map.set(key, structuredClone(value)),
    remove: async (key) => void map.delete(key),
    list: async <T>(prefix: string) =>
      [...map].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key, structuredClone(value) as T]),
  };
}
