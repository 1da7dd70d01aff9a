import type { ServerFrame } from "../frames.gen.js";
import { isRecord } from "../isRecord.js";
import { readJson } from "../readJson.js";

type Field = readonly [name: string, kind: "string" | "number" | "object"];

/** What each frame must have for us to read it. */
const FIELDS: Record<ServerFrame["type"], readonly Field[]> = {
  welcome: [["limits", "object"]],
  started: [["generation", "string"]],
  delta: [
    ["generation", "string"],
    ["seq", "number"],
  ],
  finished: [
    ["generation", "string"],
    ["usage", "object"],
    ["cost", "object"],
  ],
  failed: [["error", "object"]],
  event: [["event", "string"]],
  draining: [["retry_after_s", "number"]],
  pong: [],
};

/** Read one message of the server; `undefined` for what is not JSON, unknown or misshapen. */
export function parseFrame(message: unknown): ServerFrame | undefined {
  const frame = readJson(message);
  if (!isRecord(frame) || typeof frame.type !== "string" || !Object.hasOwn(FIELDS, frame.type)) return undefined;
  const { type } = frame;
  for (const [name, kind] of FIELDS[type as ServerFrame["type"]]) {
    if (frame[name] === null || typeof frame[name] !== kind) return undefined;
  }
  return frame as unknown as ServerFrame;
}
