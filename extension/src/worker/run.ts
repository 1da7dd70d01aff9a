import type { AskedBody, AskedKind } from "../wire/asked-body";
import type { PermissionWish } from "../wire/permission-wish";
import type { ReplyMessage } from "../wire/reply-message";
import type { RpcFailure } from "../wire/rpc-failure";
import type { RunRecord } from "./run-record";

/** A generation that somebody waits for, in this worker's life. */
export interface Run {
  record: RunRecord;
  /** The page's own id of the request. */
  id: string;
  kind: AskedKind;
  body: AskedBody;
  /** Whether one of the original's calls asked. */
  legacy: boolean;
  /** Why the model that the page named did not answer, where another is asked in its place. */
  refused: RpcFailure | null;
  reason: string | null;
  /** How the page itself asks to be narrowed; null where it only asks a question. */
  wish: PermissionWish | null;
  active: boolean;
  visible: boolean;
  seq: number;
  pieces: number;
  state: "asking" | "waiting" | "writing" | "reconnecting" | "stopping";
  /** How often the person was asked for this one. */
  asked: number;
  /** Whether the backend was told of it in this worker's life. */
  sent: boolean;
  /** What stops one that is asked past the backend, and whether its consent is one that can be taken back; null for all others. */
  direct: { stop: AbortController; standing: boolean } | null;
  /** Nobody listens any more: its document is gone and its end is only awaited to let go of the connection. */
  orphan: boolean;
  sink(message: ReplyMessage): void;
  /** Called when the backend has taken or refused the request. */
  accepted: (() => void) | null;
}
