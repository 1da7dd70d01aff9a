import type { Browser } from "wxt/browser";
import { isRecord } from "../wire/is-record";
import { ReplyMessage } from "../wire/reply-message";
import { RpcFailure } from "../wire/rpc-failure";
import { WorkerFault } from "../wire/worker-fault";
import type { Caller } from "./caller";
import type { Generations } from "./generations";
import type { UiService } from "./ui-service";

const CALLS = new Set<string>([
  "snapshot",
  "connect",
  "disconnect",
  "setBackend",
  "setPaused",
  "account",
  "setModel",
  "keepActivity",
  "models",
  "everyModel",
  "grants",
  "putGrant",
  "deleteGrant",
  "generations",
  "generationPage",
  "cancelGeneration",
  "keepHistory",
  "forgetGeneration",
  "forgetGenerations",
  "providers",
  "keys",
  "addKey",
  "renewKey",
  "checkKey",
  "deleteKey",
  "stop",
  "question",
  "asked",
  "decide",
  "trouble",
  "decideTrouble",
  "change",
  "acceptChange",
  "refuseChange",
  "choice",
  "choose",
  "refuseChoice",
  "vault",
  "beginUnlock",
  "unlock",
  "lock",
  "device",
  "forgetDevice",
  "localServers",
  "setLocalServer",
] satisfies (keyof UiService)[]);

/** What the port needs of the generations: our own screens may ask models, too. */
type OwnChats = Pick<Generations, "start" | "cancel" | "abandon">;
type Method = (...args: unknown[]) => Promise<unknown>;

/** The port of one of our own screens: calls by name, answers by number, and a word when something changed. */
export class UiPort {
  private open = true;

  constructor(
    private readonly port: Browser.runtime.Port,
    private readonly service: UiService,
    private readonly chats: OwnChats,
    /** Who asks here: our own origin, and a number that no other port has. */
    private readonly caller: Caller,
    closed: (port: UiPort) => void,
  ) {
    port.onMessage.addListener((message: unknown) => void this.receive(message));
    port.onDisconnect.addListener(() => {
      this.open = false;
      this.chats.abandon(this.reply);
      closed(this);
    });
  }

  /** Tells the screen to look again. */
  changed(live: unknown): void {
    this.send({ changed: true, live });
  }

  private async receive(message: unknown): Promise<void> {
    if (!isRecord(message)) return;
    const { id, call, args } = message;
    if (typeof message["chat"] === "string") return this.chat(message["chat"], message["params"]);
    if (typeof message["cancel"] === "string") return this.chats.cancel(this.caller, message["cancel"]);
    if (typeof id !== "number" || typeof call !== "string" || !Array.isArray(args) || !CALLS.has(call)) return;
    try {
      const method = this.service[call as keyof UiService] as Method;
      this.send({ id, ok: (await method.apply(this.service, args)) ?? null });
    } catch (error) {
      this.send({ id, error: faultOf(error).toWire() });
    }
  }

  /** Asks a model for one of our own screens; events, then one result or error come back under the chat's id. */
  private async chat(id: string, params: unknown): Promise<void> {
    const request = { id, params, caller: this.caller, active: true, visible: true, after: null };
    await this.chats.start(request, this.reply);
  }

  private readonly reply = (message: ReplyMessage): void => this.send({ reply: ReplyMessage.format(message) });

  private send(message: Record<string, unknown>): void {
    if (this.open) this.port.postMessage(message);
  }
}

function faultOf(error: unknown): WorkerFault {
  if (error instanceof WorkerFault) return error;
  const code = error instanceof RpcFailure ? (error.data?.satchelCode ?? null) : null;
  return new WorkerFault(error instanceof Error ? error.message : "Satchel's extension broke", { code });
}
