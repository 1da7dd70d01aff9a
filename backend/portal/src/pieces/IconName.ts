import type { iconShapes } from "@ui/icon-shapes";

/** The names of the design's icons. */
export type IconName = keyof typeof iconShapes;
