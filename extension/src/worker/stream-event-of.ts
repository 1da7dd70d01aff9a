import type { ServerFrame } from "../wire/server-frame";
import type { StreamEvent } from "../wire/stream-event";

/** A delta frame in the page's words; null for a kind we do not know, which the page need not see. */
export function streamEventOf(frame: Extract<ServerFrame, { type: "delta" }>): StreamEvent | null {
  if (typeof frame.text === "string") return { type: "text-delta", delta: frame.text };
  if (typeof frame.reasoning === "string") return { type: "reasoning-delta", delta: frame.reasoning };
  if (frame.image) return { type: "image", index: frame.image.index, url: frame.image.url };
  if (frame.embedding) return { type: "embedding", index: frame.embedding.index, values: frame.embedding.values };
  if (frame.audio) return { type: "audio", data: frame.audio.data, mediaType: frame.audio.media_type };
  if (frame.transcript) return { type: "transcript", text: frame.transcript.text, detail: frame.transcript.detail };
  const call = frame.tool_call;
  if (call === undefined || call === null) return null;
  return {
    type: "tool-input-delta",
    index: call.index,
    delta: call.arguments ?? "",
    ...(call.id ? { id: call.id } : {}),
    ...(call.name ? { name: call.name } : {}),
  };
}
