/** The backend refuses JSON of more than 64 levels by hanging up; a frame is two of them before the body begins. */
const LEVELS_AT_MOST = 60;

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isDeep(value: unknown): boolean {
  let level = [value].filter(isContainer);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth >= LEVELS_AT_MOST) return true;
    level = level.flatMap((container) => Object.values(container).filter(isContainer));
  }
  return false;
}

function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (!isContainer(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name.toWellFormed(), wellFormed(item)]));
}

/**
 * A copy of plain data that the one socket can carry: halves of surrogate pairs replaced; undefined where it nests too
 * deeply. All sites share that socket, so no page may get it closed.
 */
export function sendable<T>(value: T): T | undefined {
  return isDeep(value) ? undefined : (wellFormed(value) as T);
}
