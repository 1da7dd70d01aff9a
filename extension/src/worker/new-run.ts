import type { AskedBody, AskedKind } from "../wire/asked-body";
import { LegacyModel } from "../wire/legacy-model";
import type { Caller } from "./caller";
import type { Run } from "./run";

/** What a page asked for, with what the browser says about the page. */
export interface RunRequest {
  id: string;
  /** What is asked for; chat where nothing is said. */
  kind?: AskedKind;
  params: unknown;
  caller: Caller;
  active: boolean;
  visible: boolean;
  /** Sequence number after which a repeated request goes on; null for a first one. */
  after: number | null;
}

/** A run that has not begun. */
export function newRun(key: string, request: RunRequest, asked: AskedBody, sink: Run["sink"]): Run {
  const { caller, id, active, visible, params, kind = "chat" } = request;
  const body = { ...asked, model: LegacyModel.respell(asked.model) };
  const record = {
    key,
    clientId: crypto.randomUUID(),
    generationId: null,
    askId: null,
    caller,
    model: body.model,
    startedAt: Date.now(),
  };
  const { reason, legacy } = params as { reason?: unknown; legacy?: unknown };
  return {
    record,
    id,
    kind,
    body,
    sink,
    legacy: legacy === true,
    refused: null,
    reason: typeof reason === "string" ? reason : null,
    wish: null,
    active,
    visible,
    seq: 0,
    pieces: 0,
    state: "waiting",
    asked: 0,
    sent: false,
    direct: null,
    orphan: false,
    accepted: null,
  };
}
