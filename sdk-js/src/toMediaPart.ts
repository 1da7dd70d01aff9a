import type { MessagePart } from "./Message.js";

const FORMATS: Readonly<Record<string, string>> = { mpeg: "mp3", wave: "wav" };

/** Write a file at an address as what its type is to a model: a picture, a sound, or a document. Sounds must be in a data URL. */
export function toMediaPart(url: string, type: string, filename?: string): MessagePart {
  if (type.startsWith("image/")) return { type: "image_url", image_url: { url } };
  const [, data = ""] = url.split(";base64,");
  const [, format] = /^audio\/(?:x-)?(\w+)/.exec(type) ?? [];
  if (format && data) return { type: "input_audio", input_audio: { data, format: FORMATS[format] ?? format } };
  return { type: "file", file: { file_data: url, filename: filename || `file.${type.split("/")[1]}` } };
}
