import { createElement } from "preact";
import { iconShapes } from "./icon-shapes";

interface Props {
  name: keyof typeof iconShapes;
  small?: boolean;
  class?: string;
}

const FILLED = new Set<string>(["stop", "star"]);
const MIRRORED = new Set<string>(["left", "right"]);

/** One of the design's icons. Decoration: a word stands beside it, or its button has a name. */
export function Icon({ name, small = false, class: extra = "" }: Props) {
  const classes = ["i", small ? "s" : "", FILLED.has(name) ? "fill" : "", MIRRORED.has(name) ? "flip" : "", extra];
  return (
    <svg class={classes.filter(Boolean).join(" ")} viewBox="0 0 16 16" aria-hidden="true">
      {iconShapes[name].map(([tag, attributes], index) => createElement(tag, { ...attributes, key: index }))}
    </svg>
  );
}
