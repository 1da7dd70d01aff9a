import { isRecord } from "./is-record";
import type { RpcError } from "./rpc-error";
import type { StreamEvent } from "./stream-event";

/** What goes back to the page: numbered events, then exactly one result or error per request; and pushes. */
export type ReplyMessage =
  | { kind: "event"; id: string; seq: number; event: StreamEvent }
  | { kind: "result"; id: string; result: unknown }
  | { kind: "error"; id: string; error: RpcError }
  | { kind: "push"; push: string; data: unknown }
  | { kind: "probe"; probe: number };

function parseError(value: Record<string, unknown>): RpcError {
  const data = isRecord(value["data"]) ? (value["data"] as RpcError["data"]) : undefined;
  const code = typeof value["code"] === "number" ? value["code"] : -32603;
  const message = typeof value["message"] === "string" ? value["message"] : "Unknown error";
  return data === undefined ? { code, message } : { code, message, data };
}

function parseEvent(id: string, value: Record<string, unknown>): ReplyMessage | null {
  const { event, seq } = value;
  if (!isRecord(event) || typeof event["type"] !== "string" || typeof seq !== "number") return null;
  return { kind: "event", id, seq, event: event as unknown as StreamEvent };
}

/** Reads one message on its way to the page; null for anything else. */
function parse(value: unknown): ReplyMessage | null {
  if (!isRecord(value)) return null;
  if (typeof value["probe"] === "number") return { kind: "probe", probe: value["probe"] };
  if (typeof value["push"] === "string") return { kind: "push", push: value["push"], data: value["data"] };
  const id = value["id"];
  if (typeof id !== "string") return null;
  if (isRecord(value["event"])) return parseEvent(id, value);
  if (isRecord(value["error"])) return { kind: "error", id, error: parseError(value["error"]) };
  if ("result" in value) return { kind: "result", id, result: value["result"] };
  return null;
}

/** The shape on the port: docs/reference/page-protocol.md, "The private port". */
function format(message: ReplyMessage): Record<string, unknown> {
  const { kind: _, ...rest } = message;
  return rest;
}

export const ReplyMessage = { parse, format };
