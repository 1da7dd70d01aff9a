/** Return an origin as a sentence names it: the host for https, everything else in full. */
export function nameOfOrigin(origin: string): string {
  return origin.startsWith("https://") ? origin.slice("https://".length) : origin;
}
