import { intrinsics } from "./intrinsics";

/**
 * Puts our object on `window.ai`. Where something is there already nothing is overwritten: the missing members are
 * added, unless it is another Window AI or cannot be extended. Discovery by event works in every case.
 */
export function install(target: Window & { ai?: unknown }, ours: Record<string, unknown>): void {
  const there = target.ai;
  if (typeof there !== "object" || there === null) {
    const descriptor = { value: ours, writable: true, configurable: true, enumerable: true };
    intrinsics.defineProperty(target, "ai", descriptor);
    return;
  }
  if ("generateText" in there || !Object.isExtensible(there)) return;
  for (const [name, value] of Object.entries(ours)) {
    if (name in there) continue;
    intrinsics.defineProperty(there, name, { value, writable: true, configurable: true, enumerable: true });
  }
}
