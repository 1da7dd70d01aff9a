import type { MessagePart } from "./Message.js";

/** Make a picture a piece of a message: a file that the person chose, a blob, or an address that the provider can read. */
export async function image(picture: Blob | string | URL, detail?: "auto" | "low" | "high"): Promise<MessagePart> {
  const url = picture instanceof Blob ? await toDataUrl(picture) : String(picture);
  return { type: "image_url", image_url: { url, ...(detail && { detail }) } };
}

async function toDataUrl(picture: Blob): Promise<string> {
  let bytes = "";
  for (const byte of new Uint8Array(await picture.arrayBuffer())) bytes += String.fromCharCode(byte);
  return `data:${picture.type || "image/png"};base64,${btoa(bytes)}`;
}
