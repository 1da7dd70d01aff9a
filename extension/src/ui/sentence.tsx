import type { ComponentChildren } from "preact";
import type { MessageKey } from "./message-key";
import { messageOf } from "./message-of";

interface Props {
  of: MessageKey;
  /** What stands in the places: text or elements. */
  parts: Readonly<Record<string, ComponentChildren>>;
  /** Chooses the plural form, and fills the place `{count}`. */
  count?: number;
}

/** A whole sentence with elements in its places, so that each language can put them where it needs them. */
export function Sentence({ of: key, parts, count }: Props) {
  const pieces = messageOf(key, count).split(/\{(\w+)\}/);
  const filled = { count, ...parts } as Readonly<Record<string, ComponentChildren>>;
  return <>{pieces.map((piece, index) => (index % 2 === 0 ? piece : (filled[piece] ?? `{${piece}}`)))}</>;
}
