const TINTS = 6;

/** Return the tint of a site's tile, `t1` to `t6`: always the same for the same origin. */
export function tintOf(origin: string): string {
  let hash = 0;
  for (const character of origin) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return `t${(hash % TINTS) + 1}`;
}

/** Return the one or two letters of a name's tile. */
export function lettersOf(name: string): string {
  const words = name
    .replace(/^www\./, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  return (words[0] ?? "?").slice(0, 2).replace(/^./u, (letter) => letter.toUpperCase());
}

/** Return an origin as lists show it: the host for https, everything else in full. */
export function hostOf(origin: string): string {
  return origin.startsWith("https://") ? origin.slice("https://".length) : origin;
}
