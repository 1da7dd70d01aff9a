import type { ChatBody } from "../wire/chat-body";
import { isRecord } from "../wire/is-record";
import { backendFailure } from "../worker/backend-failure";

type Role = "system" | "user" | "assistant";

/** What `LanguageModel` takes: what was said before, the last word, and the shape of the answer. Plain data: it crosses a port. */
export interface NativePrompt {
  before: { role: Role; content: string }[];
  input: string;
  schema: Record<string, unknown> | null;
}

const ROLES: Readonly<Record<string, Role>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
};

/** An OpenAI-shaped request in the words of the browser's own model, which takes text only. Throws what it cannot take. */
export function nativePrompt(body: ChatBody): NativePrompt {
  if (body.tools !== undefined && body.tools.length > 0) throw unsupported("calls no tools");
  const messages = body.messages.map((message) => ({
    role: roleOf(message["role"]),
    content: textOf(message["content"]),
  }));
  // The specification wants the one system prompt first.
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  const spoken = messages.filter(({ role }) => role !== "system");
  const last = spoken.pop();
  if (last?.role !== "user") throw unsupported("answers only what a person said last");
  const first = system.length === 0 ? [] : [{ role: "system" as const, content: system.join("\n\n") }];
  return { before: [...first, ...spoken], input: last.content, schema: schemaIn(body.response_format) };
}

function roleOf(role: unknown): Role {
  const known = ROLES[String(role)];
  if (known === undefined) throw unsupported(`knows no messages of the role ${JSON.stringify(role)}`);
  return known;
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  const parts: unknown[] = Array.isArray(content) ? content : [];
  const texts = parts.map((part) => (isRecord(part) && part["type"] === "text" ? part["text"] : null));
  if (texts.length === 0 || !texts.every((text) => typeof text === "string")) throw unsupported("reads only text");
  return texts.join("");
}

function schemaIn(format: unknown): Record<string, unknown> | null {
  if (!isRecord(format) || format["type"] === "text") return null;
  const named = isRecord(format["json_schema"]) ? format["json_schema"]["schema"] : null;
  return isRecord(named) ? named : { type: "object" };
}

function unsupported(words: string) {
  return backendFailure({ code: "unsupported_feature", message: `The browser's own model ${words}` });
}
