import type { StreamEvent } from "../wire/stream-event";

interface ToolCall {
  id: string;
  name: string;
  arguments: string;
}

/**
 * What a generation has said so far, put together in the page.
 *
 * It is kept here and not in the worker because the worker may be killed in mid-stream; numbered events that come
 * exactly once make this the whole text.
 */
export class Answer {
  text = "";
  reasoning = "";
  private readonly images: { url: string }[] = [];
  private readonly embeddings: (readonly number[])[] = [];
  private readonly tools: ToolCall[] = [];

  /** Appends one increment. */
  add(event: StreamEvent): void {
    switch (event.type) {
      case "text-delta":
        this.text += event.delta;
        return;
      case "reasoning-delta":
        this.reasoning += event.delta;
        return;
      case "image":
        this.images[event.index] = { url: event.url };
        return;
      case "embedding":
        this.embeddings[event.index] = event.values;
        return;
      case "tool-input-delta": {
        const call = this.tools[event.index] ?? { id: "", name: "", arguments: "" };
        this.tools[event.index] = call;
        call.id ||= event.id ?? "";
        call.name ||= event.name ?? "";
        call.arguments += event.delta;
      }
    }
  }

  /** The fields of the result that the events made up. */
  parts(method: string): Record<string, unknown> {
    if (method === "ai_embed") return { embeddings: this.embeddings };
    if (method === "ai_generateImage") return { images: this.images.filter(Boolean) };
    return {
      text: this.text,
      ...(this.images.length === 0 ? {} : { images: this.images.filter(Boolean) }),
      ...(this.reasoning === "" ? {} : { reasoning: this.reasoning }),
      ...(this.tools.length === 0 ? {} : { toolCalls: this.tools.filter(Boolean) }),
    };
  }
}
