/** Bytes that a page hands over, and bytes as text. */

export function isBytes(value: unknown): value is BufferSource {
  return ArrayBuffer.isView(value) || tag(value) === "[object ArrayBuffer]";
}

export function isBlob(value: unknown): value is Blob {
  return ["[object Blob]", "[object File]"].includes(tag(value));
}

export async function of(value: Blob | BufferSource): Promise<Uint8Array<ArrayBuffer>> {
  const blob = isBlob(value) ? value : new Blob([value]);
  return new Uint8Array(await blob.arrayBuffer());
}

export function toBase64(data: Uint8Array): string {
  let text = "";
  for (let at = 0; at < data.length; at += 32_768) text += String.fromCharCode(...data.subarray(at, at + 32_768));
  return btoa(text);
}

/** Tell whether the data starts with one of the signatures; a dot stands for any byte. */
export function startWith(data: Uint8Array, ...signatures: readonly string[]): boolean {
  return signatures.some((signature) =>
    [...signature].every((letter, at) => letter === "." || data[at] === letter.charCodeAt(0)),
  );
}

function tag(value: unknown): string {
  return Object.prototype.toString.call(value);
}
