import type { Answer } from "../Answer.js";
import type { ChatOptions } from "../ChatOptions.js";
import type { Client } from "../Client.js";
import { toSatchelError } from "../errors/toSatchelError.js";
import { isRecord } from "../isRecord.js";
import { type ClientSource, lazyClient } from "../lazyClient.js";
import type { Message } from "../Message.js";
import { hear, say, toFields } from "./askAudio.js";
import { draw, embed } from "./askOthers.js";
import { CompletionChunks, toCompletion } from "./CompletionChunks.js";
import { ResponseEvents } from "./ResponseEvents.js";
import { readResponsesBody } from "./readResponsesBody.js";
import { refuseUncarried, uncarried } from "./refuseUncarried.js";
import { streamAnswer } from "./streamAnswer.js";
import { toErrorReply } from "./toErrorReply.js";

/**
 * Make a `fetch` that asks the visitor's own models: `new OpenAI({ fetch: satchelFetch(), apiKey: "none", dangerouslyAllowBrowser: true })`.
 *
 * Answers `…/chat/completions`, `…/responses`, `…/embeddings`, `…/images/generations`, `…/audio/speech`, `…/audio/transcriptions` and `…/models` in OpenAI's words, whatever host they name; nothing leaves for that host. All else is 404.
 */
export function satchelFetch(source: ClientSource = {}): typeof fetch {
  const client = lazyClient(source);
  return async (input, init) => {
    const request = new Request(input, init);
    const { pathname } = new URL(request.url);
    try {
      request.signal.throwIfAborted();
      if (pathname.endsWith("/models")) return await listModels(await client(), request.signal);
      const answer = ANSWERS.find(([path]) => pathname.endsWith(path))?.[1];
      if (!answer)
        return toErrorReply(404, `Satchel gives pages no ${pathname}: only ${PATHS} and /models.`, "not_found");
      const body: unknown = answer === hear ? toFields(await request.formData()) : await request.json();
      return await answer(await client(), isRecord(body) ? body : {}, request.signal);
    } catch (cause) {
      if (request.signal.aborted) throw cause;
      return toErrorReply(toSatchelError(cause));
    }
  };
}

const ANSWERS = [
  ["/chat/completions", complete],
  ["/responses", respond],
  ["/embeddings", embed],
  ["/images/generations", draw],
  ["/audio/speech", say],
  ["/audio/transcriptions", hear],
] as const;
const PATHS = ANSWERS.map(([path]) => path).join(", ");

async function listModels(client: Client, signal: AbortSignal): Promise<Response> {
  const models = await client.listModels({ signal });
  const data = models.map(({ id, provider }) => ({ id, object: "model", created: 0, owned_by: provider ?? "satchel" }));
  return Response.json({ object: "list", data });
}

async function complete(client: Client, asked: Record<string, unknown>, signal: AbortSignal): Promise<Response> {
  const messages = Array.isArray(asked.messages) ? (asked.messages as Message[]) : [];
  refuseUncarried("chat", asked);
  if ((asked.n ?? 1) !== 1)
    throw uncarried("n", "a page gets one choice an answer; leave n out, and ask several times");
  const answer = client.chat(messages, toOptions(asked, signal));
  if (asked.stream !== true) return Response.json(toCompletion((await answer) as Answer));
  return streamAnswer(answer, new CompletionChunks(typeof asked.model === "string" ? asked.model : ""));
}

async function respond(client: Client, asked: Record<string, unknown>, signal: AbortSignal): Promise<Response> {
  const { messages, options } = readResponsesBody(asked);
  const answer = client.chat(messages, { ...options, signal });
  const events = new ResponseEvents(asked);
  return asked.stream === true ? streamAnswer(answer, events) : Response.json(events.whole(await answer));
}

function toOptions(body: Record<string, unknown>, signal: AbortSignal): ChatOptions {
  const [first] = Array.isArray(body.models) ? body.models : [];
  const reasoning = isRecord(body.reasoning) ? body.reasoning : {};
  return {
    signal,
    model: body.model ?? first,
    maxTokens: body.max_completion_tokens ?? body.max_tokens,
    temperature: body.temperature,
    topP: body.top_p,
    topK: body.top_k,
    minP: body.min_p,
    seed: body.seed,
    frequencyPenalty: body.frequency_penalty,
    presencePenalty: body.presence_penalty,
    repetitionPenalty: body.repetition_penalty,
    logitBias: body.logit_bias,
    reasoningEffort: body.reasoning_effort ?? reasoning.effort ?? (reasoning.enabled === true ? "medium" : undefined),
    verbosity: body.verbosity,
    parallelToolCalls: body.parallel_tool_calls,
    modalities: body.modalities,
    stop: body.stop,
    tools: body.tools,
    toolChoice: body.tool_choice,
    responseFormat: body.response_format,
  } as ChatOptions; // checked by whoever answers, as every page's wishes are
}
