import type { MessagePart } from "./Message.js";
import { toDataUrl } from "./toDataUrl.js";

/**
 * Make a file a piece of a message, by its type: a picture, a sound, or a document such as a PDF. What a model cannot read, it refuses.
 *
 * @param name What the model is told it is called; a `File`'s own name by default.
 */
export async function file(given: Blob, name?: string): Promise<MessagePart> {
  const type = given.type || "application/octet-stream";
  const url = toDataUrl(new Uint8Array(await given.arrayBuffer()), type);
  const { toMediaPart } = await import("./toMediaPart.js"); // rare: loaded with the first file
  return toMediaPart(url, type, name ?? (given as Partial<File>).name);
}
