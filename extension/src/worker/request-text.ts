import type { AskedBody } from "../wire/asked-body";
import { isRecord } from "../wire/is-record";

/** How much of a request a person is shown before it is sent, in characters. */
const SHOWN = 4_000;

/** What a request says, for the person to read: roles and words, and the kind of what is no text. */
export function requestText(body: AskedBody): string {
  const messages: unknown = body["messages"];
  if (Array.isArray(messages)) return short(messages.map((message) => turnText(message)).join("\n\n"));
  const asked: unknown = body["prompt"] ?? body["input"];
  return short(Array.isArray(asked) ? asked.join("\n") : String(asked ?? ""));
}

/** Two requests below each other. */
export function bothTexts(first: string, next: string): string {
  return short([first, next].filter((text) => text !== "").join("\n\n———\n\n"));
}

function turnText(message: unknown): string {
  if (!isRecord(message)) return "";
  const { role, content } = message;
  const parts: unknown[] = Array.isArray(content) ? content : [content];
  return `${String(role)}: ${parts.map(partText).join("\n")}`;
}

function partText(part: unknown): string {
  if (typeof part === "string") return part;
  if (!isRecord(part)) return "";
  return typeof part["text"] === "string" ? part["text"] : `[${String(part["type"])}]`;
}

function short(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
