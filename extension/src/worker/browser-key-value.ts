import type { Browser } from "wxt/browser";
import type { KeyValue } from "./key-value";

/** `storage.local` or `storage.session` behind our own small interface. */
export function browserKeyValue(area: () => Browser.storage.StorageArea): KeyValue {
  return {
    get: async <T>(key: string) => ((await area().get(key))[key] as T | undefined) ?? null,
    set: (key, value) => area().set({ [key]: value }),
    remove: (key) => area().remove(key),
    list: async <T>(prefix: string) =>
      Object.entries(await area().get(null)).filter(([key]) => key.startsWith(prefix)) as [string, T][],
  };
}
