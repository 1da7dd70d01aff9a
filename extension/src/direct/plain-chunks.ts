import { isRecord } from "../wire/is-record";
import type { StreamEvent } from "../wire/stream-event";
import type { UsageFacts } from "../wire/usage-facts";
import type { EndReason } from "./direct-event";

/** Reads the chunks of Window AI's old local servers: `choices[].text`, and no word at the end. */
export class PlainChunks {
  private native: string | null = null;
  private isBegun = false;

  /** The increments in one chunk. */
  read(chunk: Readonly<Record<string, unknown>>): StreamEvent[] {
    const [choice] = Array.isArray(chunk["choices"]) ? (chunk["choices"] as unknown[]) : [];
    if (!isRecord(choice)) return [];
    this.isBegun = true;
    if (typeof choice["finish_reason"] === "string") this.native = choice["finish_reason"];
    const { text } = choice;
    return typeof text === "string" && text !== "" ? [{ type: "text-delta", delta: text }] : [];
  }

  /** Whether it may stop here: such a server ends by hanging up. */
  get isOver(): boolean {
    return this.isBegun;
  }

  get reason(): EndReason {
    return this.native === "length" ? "length" : "stop";
  }

  /** Such servers do not count. */
  get usage(): UsageFacts | null {
    return null;
  }
}
