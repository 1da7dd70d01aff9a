import { isRecord } from "./is-record";

/** What the relay tells the worker. `active` and `visible` are its own observations, never the page's words. */
export type RelayMessage =
  | {
      type: "request";
      id: string;
      method: string;
      params: unknown;
      active: boolean;
      visible: boolean;
      opaque: boolean;
      resume?: { after: number };
    }
  | { type: "cancel"; id: string }
  | { type: "visible"; visible: boolean }
  | { type: "alive" };

function parseRequest(value: Record<string, unknown>): RelayMessage | null {
  const { id, method, params, resume } = value;
  if (typeof id !== "string" || typeof method !== "string") return null;
  const after = isRecord(resume) && typeof resume["after"] === "number" ? resume["after"] : null;
  return {
    type: "request",
    id,
    method,
    params,
    active: value["active"] === true,
    visible: value["visible"] === true,
    opaque: value["opaque"] === true,
    ...(after === null ? {} : { resume: { after } }),
  };
}

/** Reads one message of a relay; null for anything else. */
function parse(value: unknown): RelayMessage | null {
  if (!isRecord(value)) return null;
  switch (value["type"]) {
    case "request":
      return parseRequest(value);
    case "cancel":
      return typeof value["id"] === "string" ? { type: "cancel", id: value["id"] } : null;
    case "visible":
      return { type: "visible", visible: value["visible"] === true };
    case "alive":
      return { type: "alive" };
    default:
      return null;
  }
}

export const RelayMessage = { parse };
