import type { MessagePart } from "./Message.js";
import { toDataUrl } from "./toDataUrl.js";

/** Make a picture a piece of a message: a file that the person chose, a blob, or an address that the provider can read. */
export async function image(picture: Blob | string | URL, detail?: "auto" | "low" | "high"): Promise<MessagePart> {
  const url =
    picture instanceof Blob
      ? toDataUrl(new Uint8Array(await picture.arrayBuffer()), picture.type || "image/png")
      : String(picture);
  return { type: "image_url", image_url: { url, ...(detail && { detail }) } };
}
