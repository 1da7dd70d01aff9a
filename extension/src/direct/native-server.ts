import type { FromNative, ToNative } from "./native-message";
import type { NativePrompt } from "./native-prompt";
import type { OwnLanguageModel } from "./own-language-model";

/** One answer at a time under each id: what the offscreen page does for the worker. */
export class NativeServer {
  private readonly running = new Map<string, AbortController>();

  constructor(
    private readonly model: OwnLanguageModel | null,
    private readonly say: (message: FromNative) => void,
  ) {}

  hear(message: ToNative): void {
    if ("stop" in message) this.running.get(message.id)?.abort();
    else void this.answer(message.id, message.prompt);
  }

  private async answer(id: string, prompt: NativePrompt): Promise<void> {
    const stopper = new AbortController();
    this.running.set(id, stopper);
    try {
      for await (const delta of this.pieces(prompt, stopper.signal)) this.say({ id, delta });
      this.say({ id, end: true });
    } catch (error) {
      const { name, message } = error instanceof Error ? error : { name: "UnknownError", message: "" };
      if (!stopper.signal.aborted) this.say({ id, error: { name, message } });
    } finally {
      this.running.delete(id);
    }
  }

  private async *pieces({ before, input, schema }: NativePrompt, signal: AbortSignal) {
    // Nobody clicks here: a model that is not on the disk yet is not fetched from here.
    if (this.model === null || (await this.model.availability()) !== "available") {
      throw Object.assign(new Error(), { name: "NotSupportedError" });
    }
    const session = await this.model.create({ initialPrompts: before, signal });
    try {
      const shape = schema === null ? {} : { responseConstraint: schema };
      const reader = session.promptStreaming(input, { signal, ...shape }).getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
    } finally {
      session.destroy();
    }
  }
}
