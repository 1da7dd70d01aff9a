import { Monogram } from "./monogram";
import { originParts } from "./origin-parts";

const TINTS = 6;

function hash(text: string): number {
  let sum = 0;
  for (const char of text) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return sum;
}

/** A site's tile: the first letter of its registrable name, in one of six tints by a hash of the origin. */
export function SiteMonogram({ origin, size }: { origin: string; size?: "sm" | "lg" }) {
  const name = originParts(origin).registrable;
  const letters = /^[\d.[\]:]+$/.test(name) ? "#" : name.slice(0, 1).toUpperCase();
  return <Monogram text={letters} tint={(hash(origin) % TINTS) + 1} {...(size === undefined ? {} : { size })} />;
}
