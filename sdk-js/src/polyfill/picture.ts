import * as bytes from "./bytes.js";
import { fault } from "./fault.js";

const SOURCES = new Set(
  [
    "ImageData",
    "ImageBitmap",
    "VideoFrame",
    "OffscreenCanvas",
    "HTMLImageElement",
    "SVGImageElement",
    "HTMLCanvasElement",
    "HTMLVideoElement",
  ].map((name) => `[object ${name}]`),
);
/** A request of more than about a megabyte is refused on its way; providers look at about this many pixels anyway. */
const BYTES_AT_MOST = 400_000;
const SIDE_AT_MOST = 1_568;
const WHITE = "#fff";

/** Tell whether a value is something pictures come in: `ImageBitmapSource` or `BufferSource`. */
export function isPictureSource(value: unknown): boolean {
  return bytes.isBlob(value) || bytes.isBytes(value) || SOURCES.has(Object.prototype.toString.call(value));
}

/** Encode a picture as a data URL. Rejects with `EncodingError` when it is none, with `SecurityError` when it is another origin's secret. */
export async function picture(source: unknown): Promise<string> {
  if (!bytes.isBlob(source) && !bytes.isBytes(source)) return draw(await decode(source));
  const data = await bytes.of(source);
  const bitmap = await decode(new Blob([data]));
  const type = stillType(data);
  return type !== undefined && data.length <= BYTES_AT_MOST
    ? `data:${type};base64,${bytes.toBase64(data)}`
    : draw(bitmap);
}

/** The type of pictures that do not move and that every provider reads. */
function stillType(data: Uint8Array): string | undefined {
  if (bytes.startWith(data, "\x89PNG")) return "image/png";
  return bytes.startWith(data, "\xff\xd8\xff") ? "image/jpeg" : undefined;
}

async function decode(source: unknown): Promise<ImageBitmap> {
  try {
    if (source instanceof HTMLImageElement) await source.decode();
    return await createImageBitmap(source as ImageBitmapSource);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "SecurityError") throw cause;
    throw fault("EncodingError", "The picture cannot be decoded.", cause);
  }
}

async function draw(bitmap: ImageBitmap): Promise<string> {
  const scale = Math.min(1, SIDE_AT_MOST / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(bitmap.width * scale)),
    Math.max(1, Math.round(bitmap.height * scale)),
  );
  const context = canvas.getContext("2d");
  if (context === null) throw fault("EncodingError", "The picture cannot be drawn.");
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  let blob = await canvas.convertToBlob({ type: "image/png" });
  if (blob.size > BYTES_AT_MOST) {
    context.globalCompositeOperation = "destination-over";
    context.fillStyle = WHITE;
    context.fillRect(0, 0, canvas.width, canvas.height);
    blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
  }
  return `data:${blob.type};base64,${bytes.toBase64(await bytes.of(blob))}`;
}
