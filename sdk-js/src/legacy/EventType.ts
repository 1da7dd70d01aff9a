import type { ErrorCode } from "./ErrorCode.js";

/** The two events a legacy listener is given. */
// biome-ignore lint/style/noEnum: the original exports an enum, and old code uses its members as types
export enum EventType {
  ModelChanged = "model_changed",
  Error = "error",
}

/** The id that `addEventListener` answers with. */
export type RequestID = string;

/** Gets every event of the page; there is one handler for all types. */
export type EventListenerHandler<T> = (event: EventType, data: T | ErrorCode) => void;
