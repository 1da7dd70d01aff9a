import type { LanguageModelV3Prompt, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { InvalidRequest } from "../errors/InvalidRequest.js";
import { isRecord } from "../isRecord.js";
import type { Message, MessagePart } from "../Message.js";
import { toDataUrl } from "../toDataUrl.js";
import { toMediaPart } from "../toMediaPart.js";

type Turn = (LanguageModelV3Prompt | LanguageModelV4Prompt)[number];
type Assistant = Extract<Turn, { role: "assistant" }>;

/**
 * Write a prompt of the AI SDK, of either specification, as messages.
 *
 * @throws InvalidRequest for files that come in a form that is not known.
 */
export function toMessages(prompt: LanguageModelV3Prompt | LanguageModelV4Prompt): Message[] {
  return prompt.flatMap((turn): Message[] => {
    switch (turn.role) {
      case "system":
        return [{ role: "system", content: turn.content }];
      case "user":
        return [{ role: "user", content: turn.content.map(toPiece) }];
      case "assistant":
        return [toAssistant(turn)];
      default:
        return turn.content
          .filter((part) => part.type === "tool-result")
          .map(({ toolCallId, output }) => ({ role: "tool", tool_call_id: toolCallId, content: toText(output) }));
    }
  });
}

function toAssistant({ content }: Assistant): Message {
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("");
  const calls = content
    .filter((part) => part.type === "tool-call")
    .map(({ toolCallId, toolName, input }) => ({
      id: toolCallId,
      type: "function" as const,
      function: { name: toolName, arguments: typeof input === "string" ? input : JSON.stringify(input) },
    }));
  return { role: "assistant", content: text || null, ...(calls.length > 0 && { tool_calls: calls }) };
}

function toPiece(part: Extract<Turn, { role: "user" }>["content"][number]): MessagePart {
  if (part.type === "text") return { type: "text", text: part.text };
  const type = part.mediaType === "image/*" ? "image/png" : part.mediaType;
  return toMediaPart(toAddress(part.data, type), type, part.filename);
}

/** V3 hands over the data itself, V4 says what kind it is. */
function toAddress(given: unknown, type: string): string {
  const data = isRecord(given) && "type" in given ? (given.data ?? given.url) : given;
  if (data instanceof URL) return data.href;
  if (typeof data === "string") return /^(https?|data):/.test(data) ? data : `data:${type};base64,${data}`;
  if (!(data instanceof Uint8Array))
    throw new InvalidRequest(-32602, `A file of type ${type} came in a form that is not known.`);
  return toDataUrl(data, type);
}

function toText(output: { type: string; value?: unknown; reason?: string | undefined }): string {
  if (output.type === "execution-denied") return output.reason ?? "The person did not allow this.";
  return typeof output.value === "string" ? output.value : JSON.stringify(output.value);
}
