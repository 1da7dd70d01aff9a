import { toDataUrl } from "../../../sdk-js/src/toDataUrl";
import { isRecord } from "../wire/is-record";

/** The params of `ai_transcribe` as plain data: the sound in a data URL, with the name of its file where it has one. */
export async function withDataUrl(params: unknown): Promise<unknown> {
  if (!isRecord(params) || !(params["file"] instanceof Blob)) return params;
  const sound = params["file"];
  const bytes = new Uint8Array(await sound.arrayBuffer());
  const file = toDataUrl(bytes, sound.type || "application/octet-stream");
  return { filename: (sound as Partial<File>).name, ...params, file };
}
