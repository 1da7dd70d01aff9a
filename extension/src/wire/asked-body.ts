import { type AskMethod, unknownOption } from "../../../sdk-js/src/unknownOption";
import { ChatBody } from "./chat-body";
import { isRecord } from "./is-record";
import { sendable } from "./sendable";

/** What a page asks a model for. */
export type AskedKind = "chat" | "embeddings" | "images" | "speech" | "transcriptions";

/** The body that goes to the backend: OpenAI's for its kind. */
export type AskedBody = ChatBody | (Record<string, unknown> & { model: string; tools?: never; max_tokens?: never });

type Plain = Exclude<AskedKind, "chat">;

const METHODS: Readonly<Record<AskedKind, AskMethod>> = {
  chat: "ai_generate",
  embeddings: "ai_embed",
  images: "ai_generateImage",
  speech: "ai_speak",
  transcriptions: "ai_transcribe",
};
const KINDS = Object.entries(METHODS) as readonly [AskedKind, AskMethod][];
const DEFAULTS: Readonly<Record<Plain, string>> = {
  embeddings: "satchel/embeddings",
  images: "satchel/images",
  speech: "satchel/speech",
  transcriptions: "satchel/transcription",
};

/** The page's spelling of each field and the backend's; the first is required. */
const FIELDS: Readonly<Record<Plain, readonly (readonly [string, string, "texts" | "string" | "number"])[]>> = {
  embeddings: [
    ["input", "input", "texts"],
    ["dimensions", "dimensions", "number"],
    ["inputType", "input_type", "string"],
  ],
  images: [
    ["prompt", "prompt", "string"],
    ["n", "n", "number"],
    ["size", "size", "string"],
    ["quality", "quality", "string"],
    ["background", "background", "string"],
    ["outputFormat", "output_format", "string"],
    ["outputCompression", "output_compression", "number"],
    ["style", "style", "string"],
    ["moderation", "moderation", "string"],
    ["resolution", "resolution", "string"],
    ["aspectRatio", "aspect_ratio", "string"],
    ["seed", "seed", "number"],
  ],
  speech: [
    ["input", "input", "string"],
    ["voice", "voice", "string"],
    ["format", "response_format", "string"],
    ["speed", "speed", "number"],
    ["instructions", "instructions", "string"],
  ],
  transcriptions: [
    ["file", "file", "string"],
    ["filename", "filename", "string"],
    ["language", "language", "string"],
    ["prompt", "prompt", "string"],
    ["temperature", "temperature", "number"],
    ["timestamps", "timestamp_granularities", "texts"],
  ],
};

/** The kind that a method asks for; undefined for methods that ask no model. */
function kindOf(method: string): AskedKind | undefined {
  return KINDS.find(([, one]) => one === method)?.[0];
}

/** Turns the params of a method into a request body, or says in words what is wrong with them. */
function fromParams(kind: AskedKind, params: unknown): AskedBody | string {
  if (!isRecord(params)) return "params must be an object";
  const { legacy: _, ...named } = params; // what the original's calls say of themselves
  const unknown = unknownOption(METHODS[kind], kind === "chat" ? named : params);
  if (unknown !== undefined) return unknown;
  if (kind === "chat") return ChatBody.fromParams(params);
  const { model } = params;
  if (!ChatBody.isModel(model)) return ChatBody.NO_MODEL;
  const body: Record<string, unknown> = { model: model || DEFAULTS[kind] };
  for (const [at, [name, field, type]] of FIELDS[kind].entries()) {
    const value = params[name] ?? undefined;
    if (value === undefined && at > 0) continue;
    if (!fits(value, type)) return `${name} must be ${type === "texts" ? "a text or a list of texts" : `a ${type}`}`;
    body[field] = value;
  }
  return (sendable(body) as AskedBody | undefined) ?? "the request nests too deeply";
}

function fits(value: unknown, type: "texts" | "string" | "number"): boolean {
  if (type === "number") return Number.isFinite(value);
  if (type === "texts" && Array.isArray(value))
    return value.length > 0 && value.every((text) => typeof text === "string");
  return typeof value === "string";
}

export const AskedBody = { fromParams, kindOf };
