/** A stretch of a text and what stands there instead in another one. */
export interface Difference {
  startIndex: number;
  endIndex: number;
  correction: string;
}

const PIECES = /\s+|[\p{L}\p{N}\p{M}'’]+|[^\s\p{L}\p{N}]/gu;
const CELLS_AT_MOST = 4_000_000;

/** Find where two texts differ, word by word, from the front to the back. */
export function differences(before: string, after: string): Difference[] {
  const [old, now] = [before.match(PIECES) ?? [], after.match(PIECES) ?? []];
  if (old.length * now.length > CELLS_AT_MOST)
    return before === after ? [] : [{ startIndex: 0, endIndex: before.length, correction: after }];
  const common = lengths(old, now);
  const found: Difference[] = [];
  let [at, i, j] = [0, 0, 0];
  let open: Difference | undefined;
  const change = (): Difference => {
    open ??= { startIndex: at, endIndex: at, correction: "" };
    return open;
  };
  while (i < old.length || j < now.length) {
    const [left, right] = [old[i], now[j]];
    if (left !== undefined && left === right) {
      if (open) found.push(open);
      open = undefined;
      [at, i, j] = [at + left.length, i + 1, j + 1];
    } else if (right !== undefined && (left === undefined || ahead(common, i, j + 1) > ahead(common, i + 1, j))) {
      change().correction += right;
      j += 1;
    } else if (left !== undefined) {
      change().endIndex = at + left.length;
      [at, i] = [at + left.length, i + 1];
    }
  }
  if (open) found.push(open);
  return found;
}

/** For each pair of places, how many pieces the rests have in common. */
function lengths(old: readonly string[], now: readonly string[]): Uint32Array[] {
  const rows = Array.from({ length: old.length + 1 }, () => new Uint32Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      const row = rows[i] as Uint32Array;
      row[j] =
        old[i] === now[j] ? ahead(rows, i + 1, j + 1) + 1 : Math.max(ahead(rows, i + 1, j), ahead(rows, i, j + 1));
    }
  }
  return rows;
}

function ahead(rows: readonly Uint32Array[], i: number, j: number): number {
  return rows[i]?.[j] ?? 0;
}
