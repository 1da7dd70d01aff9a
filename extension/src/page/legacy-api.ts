import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import type { StreamEvent } from "../wire/stream-event";
import { intrinsics } from "./intrinsics";
import { legacyError } from "./legacy-error";
import type { LegacyEvents } from "./legacy-events";
import { LegacyInput } from "./legacy-input";
import type { Provider } from "./provider";

/**
 * The original's five calls with their exact behaviour: window-ai.md §2. Failures of the model or the person are bare
 * strings; only the two checks of the arguments are `Error`s. Every method works without its object.
 */
export class LegacyApi {
  constructor(
    private readonly provider: Provider,
    private readonly events: LegacyEvents,
  ) {}

  readonly generateText = (input: unknown, options: unknown = {}): Promise<unknown[]> => {
    let call: LegacyInput;
    try {
      call = LegacyInput.read(input, options);
    } catch (error) {
      return Promise.reject(error);
    }
    return new Promise((resolve, reject) => {
      this.run(call).then(resolve, (failure: unknown) => {
        const text = this.report(failure);
        reject(text);
        this.tell(call, null, text);
      });
    });
  };

  readonly getCompletion = async (input: unknown, options: unknown = {}): Promise<unknown> => {
    const outputs = await this.generateText(input, options);
    const many = ((options ?? {}) as { numOutputs?: unknown }).numOutputs;
    return typeof many === "number" && many > 1 ? outputs : outputs[0];
  };

  readonly getCurrentModel = async (): Promise<string> => {
    try {
      return ((await this.provider.send({ method: "ai_getCurrentModel" })) as { model: string }).model;
    } catch (failure) {
      throw this.report(failure);
    }
  };

  /** No provider of 3D objects is connected yet: rejects, and never hangs as the original did. */
  readonly BETA_generate3DObject = async (input: unknown, options: unknown = {}): Promise<never> => {
    LegacyInput.read(input, options);
    throw this.report(new RpcFailure(RpcCode.unsupported, "3D objects are not supported"));
  };

  /** Any page could switch the person's provider with it; here the person is asked, and only for a provider's own page. */
  readonly BETA_updateModelProvider = async (options: unknown): Promise<void> => {
    try {
      await this.provider.send({ method: "ai_updateModelProvider", params: options });
    } catch (failure) {
      throw this.report(failure);
    }
  };

  private async run(call: LegacyInput): Promise<unknown[]> {
    const stop = new intrinsics.AbortController();
    const runs = Array.from({ length: call.count }, () => this.one(call, stop.signal));
    try {
      const texts = await Promise.all(runs);
      return texts.map((text) => shape(call, text, false));
    } catch (failure) {
      stop.abort(); // the others would go on, and be paid, for an answer that nobody gets
      throw failure;
    }
  }

  private async one(call: LegacyInput, signal: AbortSignal): Promise<string> {
    const streams = call.onStreamResult !== null && call.count === 1;
    const onEvent = (event: StreamEvent) => {
      if (event.type === "text-delta") this.tell(call, shape(call, event.delta, true), null);
    };
    const options = streams ? { onEvent, signal } : { signal };
    const params = { ...call.params, legacy: true };
    const result = await this.provider.send({ method: "ai_generate", params }, options);
    return (result as { text: string }).text;
  }

  /** A handler that throws is the page's own uncaught error; the promise goes its way. */
  private tell(call: LegacyInput, result: unknown, error: string | null): void {
    if (call.onStreamResult === null || (call.count > 1 && error === null)) return;
    try {
      call.onStreamResult(result, error);
    } catch (thrown) {
      intrinsics.setTimeout(() => {
        throw thrown;
      }, 0);
    }
  }

  private report(failure: unknown): string {
    const text = failure instanceof RpcFailure ? legacyError(failure) : String(failure);
    this.events.emit("error", text);
    return text;
  }
}

function shape(call: LegacyInput, content: string, partial: boolean): unknown {
  const output = call.asMessage ? { message: { role: "assistant", content } } : { text: content };
  return partial ? { ...output, isPartial: true } : output;
}
