import { iconShapes } from "@ui/icon-shapes";
import { h, type JSX } from "preact";

/** The names of the design's icons. */
export type IconName = keyof typeof iconShapes;

/** Draw an icon in the text's colour; it is decoration, so a word or an `aria-label` stands beside it. */
export function Icon({ name, small, fill }: { name: IconName; small?: boolean; fill?: boolean }): JSX.Element {
  return (
    <svg class={`i${small ? " s" : ""}${fill ? " fill" : ""}`} viewBox="0 0 16 16" aria-hidden="true">
      {iconShapes[name].map(([shape, attributes]) => h(shape, { ...attributes }))}
    </svg>
  );
}
