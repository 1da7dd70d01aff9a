import type { ChatBody } from "../wire/chat-body";
import { isRecord } from "../wire/is-record";
import { backendFailure } from "../worker/backend-failure";

/** What the one model of a plain server is called that names none; it is never sent. */
export const UNNAMED = "local";

const ROLES: Readonly<Record<string, string>> = {
  system: "System",
  developer: "System",
  user: "User",
  assistant: "Assistant",
  tool: "Tool",
};
/** Our name of each parameter, and the original's. */
const NAMES = {
  max_tokens: "max_tokens",
  stop: "stop_sequences",
  temperature: "temperature",
  top_p: "top_p",
  frequency_penalty: "frequency_penalty",
  presence_penalty: "presence_penalty",
} as const;

/** A request in the words of Window AI's old local servers, as the backend writes it, too. Throws what they cannot take. */
export function plainPrompt(body: ChatBody): Record<string, unknown> {
  if (body.tools !== undefined && body.tools.length > 0) throw unsupported("calls no tools");
  const asked: Record<string, unknown> = { prompt: written(body.messages), stream: true };
  if (body.model !== UNNAMED) asked["model"] = body.model;
  for (const [ours, theirs] of Object.entries(NAMES)) if (body[ours] !== undefined) asked[theirs] = body[ours];
  if (typeof body.stop === "string") asked["stop_sequences"] = [body.stop];
  return asked;
}

/** One question as it is; a conversation with a word for who speaks before each turn, up to the answer's. */
function written(messages: ChatBody["messages"]): string {
  const turns = messages.map(({ role, content }) => [ROLES[String(role)] ?? "User", textOf(content)] as const);
  if (turns.length === 1 && turns[0]?.[0] === "User") return turns[0][1];
  return [...turns.map(([role, words]) => `${role}: ${words}`), "Assistant:"].join("\n\n");
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  const parts: unknown[] = Array.isArray(content) ? content : [content];
  const texts = parts.map((part) => (isRecord(part) && part["type"] === "text" ? part["text"] : null));
  if (!texts.every((text) => typeof text === "string")) throw unsupported("reads only text");
  return texts.join("");
}

function unsupported(words: string) {
  return backendFailure({ code: "unsupported_feature", message: `This server ${words}` });
}
