/** File types of generated 3D objects. */
// biome-ignore lint/style/noEnum: the original exports an enum, and old code uses its members as types
export enum MediaExtension {
  PLY = "ply",
}

/** Tell whether a file extension, without its dot, is a known one. */
export function isMediaExtension(extension: string): extension is MediaExtension {
  return (Object.values(MediaExtension) as string[]).includes(extension);
}
