/** A piece of a message: text, a picture, a sound (base64) or a document (a data URL). The shapes are OpenAI's. */
export type MessagePart =
  | { type: "text"; text: string }
  | { type: "image_url"; image_url: { url: string; detail?: "auto" | "low" | "high" } }
  | { type: "input_audio"; input_audio: { data: string; format: string } }
  | { type: "file"; file: { file_data: string; filename?: string } };

/** One message of a conversation. The shapes are OpenAI's, so that existing code can hand over what it has. */
export type Message =
  | { role: "system" | "developer"; content: string }
  | { role: "user"; content: string | MessagePart[] }
  | {
      role: "assistant";
      content: string | null;
      tool_calls?: { id: string; type: "function"; function: { name: string; arguments: string } }[];
    }
  | { role: "tool"; content: string; tool_call_id: string };
