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
  private readonly sound: string[] = [];
  private soundType = "";
  private detail: Readonly<Record<string, unknown>> = {};

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
      case "audio":
        this.sound.push(atob(event.data));
        this.soundType = event.mediaType;
        return;
      case "transcript":
        this.text = event.text;
        this.detail = event.detail;
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
    if (method === "ai_speak") return { audio: { url: `data:${this.soundType};base64,${btoa(this.sound.join(""))}` } };
    if (method === "ai_transcribe") return { text: this.text, detail: this.detail };
    return {
      text: this.text,
      ...(this.images.length === 0 ? {} : { images: this.images.filter(Boolean) }),
      ...(this.reasoning === "" ? {} : { reasoning: this.reasoning }),
      ...(this.tools.length === 0 ? {} : { toolCalls: this.tools.filter(Boolean) }),
    };
  }
}
