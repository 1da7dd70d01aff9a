import type { ClientFrame } from "../../src/wire/client-frame";
import type { GrantDraft } from "../../src/wire/grant-draft";
import type { ReplyMessage } from "../../src/wire/reply-message";
import type { ServerFrame } from "../../src/wire/server-frame";
import { Consent } from "../../src/worker/consent";
import { Generations } from "../../src/worker/generations";
import type { KeyValue } from "../../src/worker/key-value";
import type { Link } from "../../src/worker/link";
import { RunRecords } from "../../src/worker/run-records";
import { memoryKeyValue } from "./memory-key-value";

const USAGE = { input_tokens: 1, output_tokens: 2, reasoning_tokens: 0, cached_tokens: 0, estimated: false };

export const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

/** A worker's heart with everything around it played by the test. A second one on the same memory is the next life. */
export function stage(session: KeyValue = memoryKeyValue()) {
  const sent: ClientFrame[] = [];
  const grants: GrantDraft[] = [];
  const opened: string[] = [];
  const closed: number[] = [];
  const waiting: number[] = [];
  let grantFails = false;
  let down = false;
  const surface = {
    open: async (id: string) => ({ kind: "window" as const, id: opened.push(id) }),
    close: async ({ id }: { id: number }) => void closed.push(id),
  };
  const backend = {
    putGrant: async (draft: GrantDraft) => {
      if (grantFails) throw new Error("Your Satchel does not answer");
      grants.push(draft);
      return {} as never;
    },
  };
  const consent = new Consent({ session, surface, backend, waiting: (count) => waiting.push(count) });
  const link = {
    messageBytes: 10_000,
    ready: async () => { if (down) throw new Error("down"); },
    send: (frame: ClientFrame) => { if (!down) sent.push(frame); return !down; },
    rest: () => {},
  } as unknown as Link;
  const records = new RunRecords(session);
  const generations = new Generations({
    records, consent, link, allowedModel: async () => "a/allowed", changed: () => {},
  });
  return {
    session, sent, grants, opened, closed, waiting, consent, generations, records,
    failGrants: (fails: boolean) => { grantFails = fails; },
    cutLink: (cut: boolean) => { down = cut; },
    frame: (frame: Record<string, unknown>) => generations.frame(frame as unknown as ServerFrame),
    /** Answers the generate frame at `index` as a fresh generation. */
    started: (index: number, generation: string) => {
      generations.frame({ type: "started", id: clientId(sent[index]), generation, model: "m" });
    },
    text: (generation: string, seq: number, text: string) => generations.frame({ type: "delta", generation, seq, text }),
    finished: (generation: string, seq: number, reason: "stop" | "cancelled" = "stop") => {
      const facts = { reason, native_reason: reason, model: "m", provider: "p", usage: USAGE, cost: { nusd: 5, known: true } };
      generations.frame({ type: "finished", generation, seq, ...facts });
    },
    failed: (index: number, code: string) => {
      const error = { code, message: code, retryable: false, retry_after_s: null, details: {} };
      generations.frame({ type: "failed", id: clientId(sent[index]), error, usage: null, cost: null });
    },
    ask: (id: string, more: Partial<Parameters<Generations["start"]>[0]> = {}) => {
      const replies: ReplyMessage[] = [];
      const sink = (message: ReplyMessage) => void replies.push(message);
      const caller = { origin: "https://a.example", embedder: null, tabId: 1, frameId: 0 };
      const params = { messages: [{ role: "user", content: "hi" }] };
      const request = { id, params, caller, active: false, visible: true, after: null, ...more };
      return { replies, sink, done: generations.start(request, sink) };
    },
  };
}

export function clientId(frame: ClientFrame | undefined): string {
  return (frame as { id: string }).id;
}
