import type { ChatBody } from "../wire/chat-body";
import type { Model } from "../wire/model";
import { RpcFailure } from "../wire/rpc-failure";
import { backendFailure } from "../worker/backend-failure";
import type { DirectEvent } from "./direct-event";
import type { DirectRoute } from "./direct-route";
import type { DirectSource } from "./direct-source";
import type { NativeModel } from "./native-model";
import { nativePrompt } from "./native-prompt";

const PROVIDER = "browser";
const ID = `${PROVIDER}:gemini-nano`;
/** The browser's names for failures, and our codes. */
const CODES: Readonly<Record<string, string>> = {
  NotSupportedError: "provider_unavailable",
  NotAllowedError: "provider_unavailable",
  QuotaExceededError: "context_too_long",
  NotReadableError: "content_filtered",
  InvalidStateError: "provider_unavailable",
};

/** Chrome's own model, one of the models that a person can pick. Whether it is there the settings have found out. */
export class BrowserModel implements DirectSource {
  readonly prefixes = [PROVIDER];

  constructor(
    private readonly native: NativeModel,
    /** The person's choice, which they can only make where the browser has such a model. */
    readonly isOn: () => Promise<boolean>,
  ) {}

  async routes(): Promise<readonly DirectRoute[]> {
    return [{ model: MODEL, stream: (body, signal) => this.stream(body as ChatBody, signal) }];
  }

  private async *stream(body: ChatBody, signal: AbortSignal): AsyncGenerator<DirectEvent, void, undefined> {
    const prompt = nativePrompt(body);
    try {
      for await (const delta of this.native.ask(prompt, signal)) if (delta !== "") yield { type: "text-delta", delta };
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof RpcFailure ? error : failureOf(error);
    }
    yield { type: "end", reason: "stop", usage: null };
  }
}

const MODEL: Model = {
  id: ID,
  name: "Gemini Nano",
  description: null,
  context_length: null,
  satchel: {
    provider: PROVIDER,
    provider_name: "Chrome",
    key_label: null,
    local: true,
    available: true,
    reason: null,
    capabilities: ["chat", "json_schema"],
    price: { input_usd_per_mtok: "0", output_usd_per_mtok: "0", as_of: "" },
    preferred: false,
    direct: true,
  },
};

function failureOf(error: unknown): RpcFailure {
  const { name, message } = error instanceof Error ? error : { name: "", message: "" };
  const code = CODES[name] ?? "stream_broken";
  const said = message === "" ? "The browser's own model is not there" : `The browser's own model says: ${message}`;
  return backendFailure({ code, message: said, details: { provider: PROVIDER } });
}
