import { isRecord } from "./is-record";

/** What the page's script sends over the private port. `probe` asks whether the relay still lives. */
export type PageMessage =
  | { kind: "request"; id: string; method: string; params: unknown }
  | { kind: "cancel"; id: string }
  | { kind: "probe"; probe: number };

const ID_LENGTH = 64;

/** Reads one message of a page; null for anything that is none, whatever it is. */
function parse(value: unknown): PageMessage | null {
  if (!isRecord(value)) return null;
  if (typeof value["probe"] === "number") return { kind: "probe", probe: value["probe"] };
  const id = value["id"];
  if (typeof id !== "string" || id.length === 0 || id.length > ID_LENGTH) return null;
  if (value["cancel"] === true) return { kind: "cancel", id };
  if (typeof value["method"] !== "string") return null;
  return { kind: "request", id, method: value["method"], params: value["params"] };
}

export const PageMessage = { parse };
