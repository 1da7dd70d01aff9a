import type { LanguageModelV3File, LanguageModelV4File } from "@ai-sdk/provider";

const DATA_URL = /^data:([^;,]+);base64,(.*)$/s;

/** Write a picture as the fourth specification has files: a link stays one. */
export async function toFileV4(url: string): Promise<LanguageModelV4File> {
  const [, mediaType, data] = DATA_URL.exec(url) ?? [];
  return mediaType && data
    ? { type: "file", mediaType, data: { type: "data", data } }
    : { type: "file", mediaType: "image/*", data: { type: "url", url: new URL(url) } };
}

/** Write a picture as the third has them, which knows no links: what one leads to is fetched. */
export async function toFileV3(url: string, signal: AbortSignal | undefined): Promise<LanguageModelV3File> {
  const [, mediaType, data] = DATA_URL.exec(url) ?? [];
  if (mediaType && data) return { type: "file", mediaType, data };
  const reply = await fetch(url, { signal: signal ?? null });
  const type = reply.headers.get("content-type") ?? "image/png";
  return { type: "file", mediaType: type, data: new Uint8Array(await reply.arrayBuffer()) };
}
