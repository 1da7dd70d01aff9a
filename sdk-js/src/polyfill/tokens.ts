import type { Message, MessagePart } from "../Message.js";

const PER_MESSAGE = 4;
const PER_PICTURE = 800;
const BYTES_PER_TOKEN = 1_000;

/** Estimate how many tokens messages take. No tokenizer is at hand: a quarter of a token for each ASCII character, one for any other. */
export function tokens(messages: readonly Message[]): number {
  return messages.reduce((sum, { content }) => sum + PER_MESSAGE + ofContent(content), 0);
}

function ofContent(content: Message["content"]): number {
  if (content === null) return 0;
  return typeof content === "string" ? ofText(content) : content.reduce((sum, part) => sum + ofPart(part), 0);
}

function ofPart(part: MessagePart): number {
  if (part.type === "text") return ofText(part.text);
  if (part.type === "image_url") return PER_PICTURE;
  const { length } = part.type === "file" ? part.file.file_data : part.input_audio.data;
  return Math.ceil(length / BYTES_PER_TOKEN);
}

function ofText(text: string): number {
  const others = text.replace(/[\0-\x7f]/g, "").length;
  return Math.ceil((text.length - others) / 4 + others);
}
