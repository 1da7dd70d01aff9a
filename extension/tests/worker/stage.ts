import type { DirectParts } from "../../src/direct/direct-runs";
import type { ClientFrame } from "../../src/wire/client-frame";
import type { GrantDraft } from "../../src/wire/grant-draft";
import type { ReplyMessage } from "../../src/wire/reply-message";
import { Consent } from "../../src/worker/consent";
import { Generations } from "../../src/worker/generations";
import type { KeyValue } from "../../src/worker/key-value";
import type { Link } from "../../src/worker/link";
import { RunRecords } from "../../src/worker/run-records";
import { Troubles } from "../../src/worker/troubles";
import { memoryKeyValue } from "./memory-key-value";
import { noDirect } from "./no-direct";

/** Where our own screens lie. */
export const OWN = "chrome-extension://satchel";
const USAGE = { input_tokens: 1, output_tokens: 2, reasoning_tokens: 0, cached_tokens: 0, estimated: false };

/** A worker's heart with everything around it played by the test. A second one on the same memory is the next life. */
export class Stage {
  readonly sent: ClientFrame[] = [];
  readonly grants: GrantDraft[] = [];
  readonly opened: string[] = [];
  /** What the person does with a window at once. */
  onOpened: (window: number) => void = () => undefined;
  readonly closed: number[] = [];
  readonly waiting: number[] = [];
  /** One for each time that somebody was told of a question to look after. */
  readonly looks: true[] = [];
  readonly ended: string[] = [];
  /** What became of the connection. */
  readonly link: ("open" | "rest")[] = [];
  /** How long the connection takes to open. */
  connects: () => Promise<void> = async () => undefined;
  readonly records: RunRecords;
  readonly consent: Consent;
  readonly troubles: Troubles;
  /** Windows of troubles that are open, by their trouble's id. */
  readonly troubled: string[] = [];
  readonly generations: Generations;
  grantsFail = false;
  windowsFail = false;
  /** Whether this browser unlocks the vault without asking. */
  opensByItself = false;

  constructor(
    readonly session: KeyValue = memoryKeyValue(),
    direct: DirectParts = noDirect,
    /** How many generations the backend lets run on one connection. */
    private readonly carries = 48,
  ) {
    this.records = new RunRecords(session);
    this.consent = this.asksIn(session);
    const surface = {
      open: async (id: string) => {
        if (this.windowsFail) throw new Error("no windows here");
        return { kind: "window" as const, id: this.troubled.push(id) };
      },
      close: async ({ id }: { id: number }) => void this.troubled.splice(id - 1, 1),
    };
    this.troubles = new Troubles(surface, async () => this.opensByItself);
    this.generations = new Generations({
      records: this.records,
      consent: this.consent,
      link: {
        messageBytes: 10_000,
        generations: this.carries,
        ready: () => this.connects().then(() => void this.link.push("open")),
        send: (frame: ClientFrame) => this.sent.push(frame) > 0,
        rest: () => void this.link.push("rest"),
      } as unknown as Link,
      pace: { turn: async () => undefined },
      direct,
      allowedModel: async () => "a/allowed",
      troubles: this.troubles,
      own: OWN,
      changed: () => undefined,
      ended: (origin) => void this.ended.push(origin),
    });
  }

  private asksIn(session: KeyValue): Consent {
    return new Consent({
      session,
      surface: {
        open: async (id) => {
          const window = this.opened.push(id);
          this.onOpened(window);
          return { kind: "window", id: window };
        },
        close: async ({ id }) => void this.closed.push(id),
      },
      backend: { putGrant: (draft) => this.putGrant(draft) },
      waiting: (count) => void this.waiting.push(count),
      asking: () => void this.looks.push(true),
    });
  }

  /** The client's own id in the frame at `index`. */
  clientId(index: number): string {
    return (this.sent[index] as { id: string }).id;
  }

  /** A page asks. */
  ask(id: string, more: Partial<Parameters<Generations["start"]>[0]> = {}) {
    const replies: ReplyMessage[] = [];
    const sink = (message: ReplyMessage) => void replies.push(message);
    const caller = { origin: "https://a.example", embedder: null, tabId: 1, frameId: 0 };
    const params = { messages: [{ role: "user", content: "hi" }] };
    void this.generations.start({ id, params, caller, active: false, visible: true, after: null, ...more }, sink);
    return { replies, sink };
  }

  /** The backend accepts the frame at `index`. */
  started(index: number, generation: string): void {
    this.generations.frame({ type: "started", id: this.clientId(index), generation, model: "m" });
  }

  text(generation: string, seq: number, text: string): void {
    this.generations.frame({ type: "delta", generation, seq, text });
  }

  finished(generation: string, seq: number, reason: "stop" | "cancelled" = "stop"): void {
    const facts = { reason, native_reason: reason, model: "m", provider: "p", usage: USAGE };
    this.generations.frame({ type: "finished", generation, seq, ...facts, cost: { nusd: 5, known: true } });
  }

  /** The backend refuses the frame at `index`. */
  failed(index: number, code: string, details: Record<string, unknown> = {}): void {
    const error = { code, message: code, retryable: false, retry_after_s: null, details };
    this.generations.frame({ type: "failed", id: this.clientId(index), error, usage: null, cost: null });
  }

  private async putGrant(draft: GrantDraft): Promise<never> {
    if (this.grantsFail) throw new Error("Your Satchel does not answer");
    this.grants.push(draft);
    return {} as never;
  }
}
