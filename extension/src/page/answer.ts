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
  parts(): { text: string; reasoning?: string; toolCalls?: ToolCall[] } {
    return {
      text: this.text,
      ...(this.reasoning === "" ? {} : { reasoning: this.reasoning }),
      ...(this.tools.length === 0 ? {} : { toolCalls: this.tools.filter(Boolean) }),
    };
  }
}
