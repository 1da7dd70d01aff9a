import { fault } from "./fault.js";
import * as idl from "./idl.js";
import { isPictureSource } from "./picture.js";
import { isSoundSource } from "./sound.js";

const ROLES = ["system", "user", "assistant"] as const;
const TYPES = ["text", "image", "audio", "tool-call", "tool-response"] as const;

export type ContentType = (typeof TYPES)[number];

/** One message of a prompt in its long form, checked, its pictures and sounds still as the page gave them. */
export interface Draft {
  role: (typeof ROLES)[number];
  content: { type: "text" | "image" | "audio"; value: unknown }[];
  prefix: boolean;
}

/**
 * Read a prompt as the specification does: "validate and canonicalize a prompt".
 *
 * @param expected The types that the session was created for; text is always among them.
 * @param isFirst Whether nothing was said in the session yet, so that a system prompt may come.
 */
export function readPrompt(input: unknown, expected: ReadonlySet<ContentType>, isFirst: boolean): Draft[] {
  const given =
    typeof input === "object" && input !== null && Symbol.iterator in input ? [...(input as Iterable<unknown>)] : null;
  if (given === null) return [userText(String(input))];
  if (given.length === 0) return [userText("")];
  return given.map((message, index) => {
    const draft = readMessage(idl.dictionary(message, "A message"), expected);
    if (draft.role === "system" && (!isFirst || index > 0))
      throw new TypeError("A system prompt must be the first message of the session.");
    if (draft.prefix && (draft.role !== "assistant" || index < given.length - 1))
      throw fault("SyntaxError", "Only the last message can be a prefix, and only the assistant's.");
    return draft;
  });
}

/** Read the `type` of an expected input or output. */
export function readType(value: unknown): ContentType {
  return idl.oneOf(value, TYPES, "text", "type");
}

function userText(value: string): Draft {
  return { role: "user", content: [{ type: "text", value }], prefix: false };
}

function readMessage(message: Record<string, unknown>, expected: ReadonlySet<ContentType>): Draft {
  const role = idl.oneOf(idl.required(message, "role"), ROLES, "user", "role");
  const given = idl.required(message, "content");
  const isList = typeof given === "object" && given !== null && Symbol.iterator in given;
  const parts = isList
    ? [...(given as Iterable<unknown>)].map((part) => readPart(part, role, expected))
    : [{ type: "text" as const, value: String(given) }];
  return { role, content: collapsed(parts), prefix: idl.flag(message.prefix) };
}

function readPart(given: unknown, role: Draft["role"], expected: ReadonlySet<ContentType>): Draft["content"][number] {
  const part = idl.dictionary(given, "A part of a message");
  const type = readType(idl.required(part, "type"));
  const value = idl.required(part, "value");
  if (type !== "text" && role !== "user") throw fault("NotSupportedError", `Messages of the ${role} hold text only.`);
  if (type === "tool-call" || type === "tool-response") {
    throw fault(
      "NotSupportedError",
      "Give tools with an execute function; their calls and responses are not written as messages.",
    );
  }
  if (type !== "text" && !expected.has(type)) {
    throw fault("NotSupportedError", `The session was not created for ${type}: name it in expectedInputs.`);
  }
  const fits = { text: (it: unknown) => typeof it === "string", image: isPictureSource, audio: isSoundSource }[type];
  if (!fits(value)) throw new TypeError(`The value of a part of type ${type} is of another type.`);
  return { type, value };
}

/** Texts that follow each other become one, without a space; nothing at all becomes an empty text. */
function collapsed(parts: readonly Draft["content"][number][]): Draft["content"] {
  const whole: Draft["content"] = [];
  for (const { type, value } of parts.length > 0 ? parts : [{ type: "text" as const, value: "" }]) {
    const last = whole.at(-1);
    if (type === "text" && last?.type === "text") last.value = `${last.value}${value}`;
    else whole.push({ type, value });
  }
  return whole;
}
