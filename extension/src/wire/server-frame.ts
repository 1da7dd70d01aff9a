import type { ServerFrame as GeneratedFrame } from "../../../sdk-js/src/frames.gen";
import { isRecord } from "./is-record";

/** Frames the backend sends: docs/reference/socket-protocol.md. The types are generated from its schema. */
export type ServerFrame = GeneratedFrame;

const DEFAULT_LIMITS = { message_bytes: 1_048_576, generations: 16, resume_s: 60 };

const REQUIRED: Record<ServerFrame["type"], readonly (readonly [string, "string" | "number" | "object"])[]> = {
  welcome: [["protocol", "number"]],
  started: [["generation", "string"]],
  delta: [
    ["generation", "string"],
    ["seq", "number"],
  ],
  finished: [
    ["generation", "string"],
    ["seq", "number"],
    ["reason", "string"],
    ["usage", "object"],
    ["cost", "object"],
  ],
  failed: [["error", "object"]],
  event: [
    ["event", "string"],
    ["data", "object"],
  ],
  draining: [["retry_after_s", "number"]],
  pong: [],
};

/** Reads one text message of the backend; null for what is not JSON, unknown or misshapen. */
function parse(text: unknown): ServerFrame | null {
  if (typeof text !== "string") return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value) || typeof value["type"] !== "string" || !Object.hasOwn(REQUIRED, value["type"])) return null;
  const fields = REQUIRED[value["type"] as ServerFrame["type"]];
  for (const [name, kind] of fields) {
    if (kind === "object" ? !isRecord(value[name]) : typeof value[name] !== kind) return null;
  }
  if (value["type"] === "welcome") value["limits"] = { ...DEFAULT_LIMITS, ...(value["limits"] as object | undefined) };
  return value as unknown as ServerFrame;
}

export const ServerFrame = { parse };
