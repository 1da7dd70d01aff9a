import { isRecord } from "./isRecord.js";

/** A model that the person lets this page see. What is not known is left out. */
export interface Model {
  /** `author/slug`, or exactly one endpoint (`groq:llama-3.3-70b`); what `chat` takes as `model`. */
  id: string;
  name: string;
  description?: string;
  /** How many tokens question and answer may have together. */
  contextLength?: number;
  /** Who runs it. */
  provider?: string;
  providerName?: string;
  /** Whether it runs on the person's own computer; one beside a Satchel elsewhere does not. */
  local?: boolean;
  available?: boolean;
  /** Such as `chat`, `tools`, `images`, `reasoning`, `json_schema`. */
  capabilities?: string[];
  /** Whether it is what answers when no model is named. */
  preferred?: boolean;
}

const KINDS = { description: "string", contextLength: "number", provider: "string", providerName: "string" } as const;
const FLAGS = ["local", "available", "preferred"] as const;

/** Parse one model of a list; `undefined` without an id. */
export function toModel(value: unknown): Model | undefined {
  if (!isRecord(value) || typeof value.id !== "string") return undefined;
  const known = Object.entries(KINDS).filter(([name, kind]) => typeof value[name] === kind);
  const flags = FLAGS.filter((name) => typeof value[name] === "boolean");
  return {
    id: value.id,
    name: typeof value.name === "string" ? value.name : value.id,
    ...Object.fromEntries(known.map(([name]) => [name, value[name]])),
    ...Object.fromEntries(flags.map((name) => [name, value[name]])),
    ...(Array.isArray(value.capabilities) && {
      capabilities: value.capabilities.filter((item): item is string => typeof item === "string"),
    }),
  };
}
