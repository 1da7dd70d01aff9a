import type { ChatOptions } from "../ChatOptions.js";
import { InvalidRequest } from "../errors/InvalidRequest.js";
import { isRecord } from "../isRecord.js";
import type { Message, MessagePart } from "../Message.js";
import { refuseUncarried, uncarried } from "./refuseUncarried.js";

type Fields = Record<string, unknown>;
type Call = { id: string; type: "function"; function: { name: string; arguments: string } };

const LOGPROBS = "message.output_text.logprobs";

/**
 * Read the body of OpenAI's Responses as a conversation and wishes.
 *
 * @throws InvalidRequest that names what cannot be carried.
 */
export function readResponsesBody(body: Fields): { messages: Message[]; options: ChatOptions } {
  refuseUncarried("responses", body);
  if (Array.isArray(body.include) && body.include.includes(LOGPROBS))
    throw uncarried("include", `no answer has ${LOGPROBS} here`);
  const { input } = body;
  const messages: Message[] = [];
  if (typeof body.instructions === "string" && body.instructions)
    messages.push({ role: "system", content: body.instructions });
  if (typeof input === "string") messages.push({ role: "user", content: input });
  else if (Array.isArray(input)) for (const item of input) add(messages, isRecord(item) ? item : {});
  else throw unfit("input must be a text or a list of items");
  return { messages, options: toOptions(body) };
}

function add(messages: Message[], item: Fields): void {
  const type = item.type ?? (typeof item.role === "string" ? "message" : undefined);
  if (type === "message") messages.push(toMessage(item));
  else if (type === "function_call") addCall(messages, item);
  else if (type === "function_call_output")
    messages.push({ role: "tool", tool_call_id: String(item.call_id), content: toText(item.output) });
  else if (type !== "reasoning") throw unfit(`an input item of type ${name(type)} cannot be carried`); // a thought has no place in a chat
}

/** A call belongs to what the model said before it, and calls that were made at once stand together. */
function addCall(messages: Message[], { call_id, name: called, arguments: input }: Fields): void {
  const call: Call = {
    id: String(call_id),
    type: "function",
    function: { name: String(called), arguments: String(input ?? "{}") },
  };
  const last = messages.at(-1);
  if (last?.role === "assistant") last.tool_calls = [...(last.tool_calls ?? []), call];
  else messages.push({ role: "assistant", content: null, tool_calls: [call] });
}

function toMessage({ role, content }: Fields): Message {
  if (role === "user") {
    return { role, content: typeof content === "string" ? content : parts(content).map(toPart) };
  }
  if (role === "assistant" || role === "system" || role === "developer") return { role, content: toText(content) };
  throw unfit(`there is no role ${name(role)}`);
}

function parts(content: unknown): Fields[] {
  if (!Array.isArray(content)) throw unfit("content must be a text or a list of parts");
  return content.filter(isRecord);
}

function toText(content: unknown): string {
  if (typeof content === "string") return content;
  return parts(content)
    .map((part) => {
      const text = part.text ?? part.refusal;
      if (typeof text !== "string") throw unfit(`a part of type ${name(part.type)} cannot be carried there`);
      return text;
    })
    .join("");
}

function toPart(part: Fields): MessagePart {
  const { type, image_url: url, detail, file_data: data, filename, input_audio: sound } = part;
  if (type === "input_text" && typeof part.text === "string") return { type: "text", text: part.text };
  if (type === "input_image" && typeof url === "string")
    return { type: "image_url", image_url: { url, ...(detail ? { detail: detail as "auto" } : {}) } };
  if (type === "input_file" && typeof data === "string")
    return { type: "file", file: { file_data: data, ...(typeof filename === "string" && { filename }) } };
  if (type === "input_audio" && isRecord(sound))
    return { type, input_audio: { data: String(sound.data), format: String(sound.format) } };
  throw unfit(`a part of type ${name(type)} must come with what it shows, not with an id or a link to a file`);
}

function toOptions(body: Fields): ChatOptions {
  const text = isRecord(body.text) ? body.text : {};
  const reasoning = isRecord(body.reasoning) ? body.reasoning : {};
  const asked: unknown[] = Array.isArray(body.tools) ? body.tools : [];
  const tools = asked.filter((tool) => !isRecord(tool) || tool.type !== "image_generation");
  return {
    model: body.model,
    maxTokens: body.max_output_tokens,
    temperature: body.temperature,
    topP: body.top_p,
    reasoningEffort: reasoning.effort,
    verbosity: text.verbosity,
    parallelToolCalls: body.parallel_tool_calls,
    tools: tools.length > 0 ? tools.map(toTool) : undefined,
    modalities: tools.length < asked.length ? ["text", "image"] : undefined,
    toolChoice: toChoice(body.tool_choice),
    responseFormat: toFormat(text.format),
  } as ChatOptions; // checked by whoever answers, as every page's wishes are
}

function toTool(tool: unknown): object {
  if (!isRecord(tool) || tool.type !== "function") {
    throw unfit(`a tool of type ${name(isRecord(tool) ? tool.type : tool)} runs at OpenAI; pages have functions only`);
  }
  const { type, ...told } = tool;
  return { type, function: told };
}

function toChoice(choice: unknown): unknown {
  if (!isRecord(choice)) return choice;
  if (choice.type !== "function") throw unfit(`a tool_choice of type ${name(choice.type)} cannot be carried`);
  return { type: "function", function: { name: choice.name } };
}

function toFormat(format: unknown): unknown {
  if (!isRecord(format) || format.type !== "json_schema") return format;
  const { type, ...told } = format;
  return { type, json_schema: told };
}

function name(value: unknown): string {
  return JSON.stringify(typeof value === "string" ? value.slice(0, 64) : null);
}

function unfit(words: string): InvalidRequest {
  return new InvalidRequest(-32602, `${words}.`, { satchelCode: "malformed_request" });
}
