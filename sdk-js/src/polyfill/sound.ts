import * as bytes from "./bytes.js";
import { fault } from "./fault.js";

const BYTES_AT_MOST = 600_000;
const RATE = 16_000;
const HEADER_BYTES = 44;

/** Tell whether a value is something sounds come in: `AudioBuffer`, `Blob` or `BufferSource`. */
export function isSoundSource(value: unknown): boolean {
  return isAudioBuffer(value) || bytes.isBlob(value) || bytes.isBytes(value);
}

/** Encode a sound as models read it: small WAV and MP3 as they are, all else as WAV of one channel. `EncodingError` when it is none. */
export async function sound(source: unknown): Promise<{ data: string; format: "wav" | "mp3" }> {
  if (isAudioBuffer(source)) return wav(await resampled(source));
  const data = await bytes.of(source as Blob | BufferSource);
  const format = formatOf(data);
  const decoded = await decode(data.slice());
  if (format !== undefined && data.length <= BYTES_AT_MOST) return { data: bytes.toBase64(data), format };
  return wav(decoded);
}

function isAudioBuffer(value: unknown): value is AudioBuffer {
  return Object.prototype.toString.call(value) === "[object AudioBuffer]";
}

function formatOf(data: Uint8Array): "wav" | "mp3" | undefined {
  if (bytes.startWith(data, "RIFF....WAVE")) return "wav";
  return bytes.startWith(data, "ID3", "\xff\xfb", "\xff\xf3", "\xff\xf2") ? "mp3" : undefined;
}

async function decode(data: Uint8Array<ArrayBuffer>): Promise<AudioBuffer> {
  try {
    return await new OfflineAudioContext(1, 1, RATE).decodeAudioData(data.buffer);
  } catch (cause) {
    throw fault("EncodingError", "The sound cannot be decoded.", cause);
  }
}

function resampled(buffer: AudioBuffer): Promise<AudioBuffer> {
  const context = new OfflineAudioContext(1, Math.max(1, Math.ceil(buffer.duration * RATE)), RATE);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(context.destination);
  source.start();
  return context.startRendering();
}

/** Source: the canonical WAVE header, RIFF/PCM, 16 bits, little endian. */
function wav(buffer: AudioBuffer): { data: string; format: "wav" } {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + buffer.length * 2));
  const text = (at: number, letters: string) => {
    for (const [index, letter] of [...letters].entries()) view.setUint8(at + index, letter.charCodeAt(0));
  };
  text(0, "RIFF");
  view.setUint32(4, HEADER_BYTES - 8 + buffer.length * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, buffer.sampleRate, true);
  view.setUint32(28, buffer.sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, buffer.length * 2, true);
  mixed(buffer).forEach((sample, index) => {
    view.setInt16(HEADER_BYTES + index * 2, Math.max(-1, Math.min(1, sample)) * 0x7fff, true);
  });
  return { data: bytes.toBase64(new Uint8Array(view.buffer)), format: "wav" };
}

function mixed(buffer: AudioBuffer): Float32Array {
  const channels = Array.from({ length: buffer.numberOfChannels }, (_, channel) => buffer.getChannelData(channel));
  return new Float32Array(buffer.length).map(
    (_, at) => channels.reduce((sum, data) => sum + (data[at] ?? 0), 0) / channels.length,
  );
}
