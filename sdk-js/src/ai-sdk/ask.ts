import type {
  LanguageModelV3CallOptions,
  LanguageModelV3GenerateResult,
  LanguageModelV4CallOptions,
  SharedV3Warning,
} from "@ai-sdk/provider";
import type { ChatOptions, ResponseFormat, Tool, ToolChoice } from "../ChatOptions.js";
import type { Client } from "../Client.js";
import type { Generation } from "../Generation.js";
import type { Part } from "../Part.js";
import { type StreamPart, StreamParts, toFinishReason, toMetadata, toToolCall, toUsage } from "./StreamParts.js";
import { toMessages } from "./toMessages.js";

/** What either specification hands over. */
export type CallOptions = LanguageModelV3CallOptions | LanguageModelV4CallOptions;

/** A picture in the words of one specification. */
export type ToFile<File> = (url: string, signal: AbortSignal | undefined) => Promise<File>;

/** A whole answer in what both specifications say alike, and pictures as one of them says it. */
interface Whole<File> extends Omit<LanguageModelV3GenerateResult, "content"> {
  content: (Exclude<LanguageModelV3GenerateResult["content"][number], { type: "file" }> | File)[];
}

/** Answer a whole call of the AI SDK. */
export async function generate<File>(
  client: Client,
  model: string,
  options: CallOptions,
  toFile: ToFile<File>,
): Promise<Whole<File>> {
  const answer = await begin(client, model, options);
  return {
    content: [
      ...(answer.reasoning ? [{ type: "reasoning" as const, text: answer.reasoning }] : []),
      ...(answer.text ? [{ type: "text" as const, text: answer.text }] : []),
      ...(await Promise.all(answer.images.map(({ url }) => toFile(url, options.abortSignal)))),
      ...answer.toolCalls.map(toToolCall),
    ],
    finishReason: toFinishReason(answer),
    usage: toUsage(answer.usage),
    providerMetadata: toMetadata(answer),
    response: { id: answer.id, modelId: answer.model },
    warnings: warningsOf(options),
  };
}

/** Answer a streaming call of the AI SDK. Rejects with what the call fails with before its first part. */
export async function stream<File>(
  client: Client,
  model: string,
  options: CallOptions,
  toFile: ToFile<File>,
): Promise<ReadableStream<StreamPart | File>> {
  const answer = begin(client, model, options);
  const parts = answer[Symbol.asyncIterator]();
  let held: IteratorResult<Part, void> | undefined = await parts.next();
  const blocks = new StreamParts();
  const said = async (part: Part): Promise<(StreamPart | File)[]> =>
    part.type === "image" ? [...blocks.pause(), await toFile(part.url, options.abortSignal)] : blocks.add(part);
  return new ReadableStream<StreamPart | File>({
    start(controller) {
      controller.enqueue({ type: "stream-start", warnings: warningsOf(options) });
    },
    async pull(controller) {
      try {
        for (let count = 0; count === 0; ) {
          const next: IteratorResult<Part, void> = held ?? (await parts.next());
          held = undefined;
          const pieces = next.done ? blocks.end(await answer) : await said(next.value);
          for (const piece of pieces) controller.enqueue(piece);
          count = pieces.length;
          if (next.done) controller.close();
        }
      } catch (error) {
        controller.error(error);
      }
    },
    cancel: () => answer.stop(),
  });
}

function begin(client: Client, model: string, options: CallOptions): Generation {
  return client.chat(toMessages(options.prompt), {
    ...toChoices(options),
    ...(model !== "auto" && { model }),
    signal: options.abortSignal,
    maxTokens: options.maxOutputTokens,
    temperature: options.temperature,
    topP: options.topP,
    topK: options.topK,
    presencePenalty: options.presencePenalty,
    frequencyPenalty: options.frequencyPenalty,
    seed: options.seed,
    stop: options.stopSequences,
    responseFormat: toResponseFormat(options.responseFormat),
  });
}

function toChoices({ tools, toolChoice }: CallOptions): Pick<ChatOptions, "tools" | "toolChoice"> {
  const functions = (tools ?? []).filter((tool) => tool.type === "function");
  if (functions.length === 0) return {};
  return { tools: functions.map(toTool), toolChoice: toToolChoice(toolChoice) };
}

function toTool(tool: { name: string; description?: string; inputSchema: object; strict?: boolean }): Tool {
  const { name, description, inputSchema, strict } = tool;
  return {
    type: "function",
    function: {
      name,
      parameters: inputSchema as Record<string, unknown>,
      ...(description !== undefined && { description }),
      ...(strict !== undefined && { strict }),
    },
  };
}

function toToolChoice(choice: CallOptions["toolChoice"]): ToolChoice | undefined {
  return choice?.type === "tool" ? { type: "function", function: { name: choice.toolName } } : choice?.type;
}

function toResponseFormat(format: CallOptions["responseFormat"]): ResponseFormat | undefined {
  if (format?.type !== "json") return undefined;
  if (!format.schema) return { type: "json_object" };
  const { name = "answer", description, schema } = format;
  return {
    type: "json_schema",
    json_schema: { name, schema: schema as Record<string, unknown>, strict: true, ...(description && { description }) },
  };
}

function warningsOf(options: CallOptions): SharedV3Warning[] {
  const foreign = (options.tools ?? []).filter((tool) => tool.type !== "function");
  return foreign.map(({ name }) => ({ type: "unsupported" as const, feature: `tool ${name}` }));
}
