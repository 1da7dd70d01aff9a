import type { Message, MessagePart } from "../Message.js";
import type { Draft } from "./Draft.js";
import { picture } from "./picture.js";
import { sound } from "./sound.js";

/** Write drafts as messages; pictures and sounds are encoded, which rejects with `EncodingError` or `SecurityError` where it cannot be done. */
export function toMessages(drafts: readonly Draft[]): Promise<Message[]> {
  return Promise.all(drafts.map(toMessage));
}

async function toMessage({ role, content }: Draft): Promise<Message> {
  const [only] = content;
  if (content.length === 1 && only?.type === "text") return { role, content: String(only.value) };
  const parts = await Promise.all(content.map(toPart));
  return { role: "user", content: parts };
}

async function toPart({ type, value }: Draft["content"][number]): Promise<MessagePart> {
  if (type === "text") return { type, text: String(value) };
  if (type === "image") return { type: "image_url", image_url: { url: await picture(value) } };
  return { type: "input_audio", input_audio: await sound(value) };
}
