import { isRecord } from "./is-record";

interface Usage {
  input_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  cached_tokens: number;
  estimated: boolean;
}

interface Cost {
  nusd: number;
  known: boolean;
}

interface ToolCall {
  index: number;
  id?: string | null;
  name?: string | null;
  arguments?: string;
}

interface Failure {
  code: string;
  message: string;
  retryable: boolean;
  retry_after_s: number | null;
  details: Record<string, unknown>;
}

/** Frames the backend sends: docs/reference/socket-protocol.md. */
export type ServerFrame =
  | {
      type: "welcome";
      protocol: number;
      preferred_model?: string | null;
      limits: { message_bytes: number; generations: number; resume_s: number };
    }
  | { type: "started"; id: string; generation: string; model: string }
  | {
      type: "delta";
      generation: string;
      seq: number;
      text?: string | null;
      reasoning?: string | null;
      tool_call?: ToolCall | null;
    }
  | {
      type: "finished";
      generation: string;
      seq: number;
      reason: string;
      model: string;
      provider: string;
      usage: Usage;
      cost: Cost;
    }
  | {
      type: "failed";
      id?: string | null;
      generation?: string | null;
      seq?: number | null;
      error: Failure;
      usage?: Usage | null;
      cost?: Cost | null;
    }
  | { type: "event"; event: string; data: Record<string, unknown> }
  | { type: "draining"; retry_after_s: number }
  | { type: "pong"; nonce: string };

const DEFAULT_LIMITS = { message_bytes: 1_048_576, generations: 16, resume_s: 60 };

const REQUIRED: Record<ServerFrame["type"], readonly (readonly [string, "string" | "number" | "object"])[]> = {
  welcome: [["protocol", "number"]],
  started: [["id", "string"], ["generation", "string"]],
  delta: [["generation", "string"], ["seq", "number"]],
  finished: [["generation", "string"], ["seq", "number"], ["reason", "string"], ["usage", "object"], ["cost", "object"]],
  failed: [["error", "object"]],
  event: [["event", "string"], ["data", "object"]],
  draining: [["retry_after_s", "number"]],
  pong: [["nonce", "string"]],
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
