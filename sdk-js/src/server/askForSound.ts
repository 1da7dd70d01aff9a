import { toServerError } from "../errors/toServerError.js";
import { isRecord } from "../isRecord.js";
import type { TransportRequest } from "../Transport.js";
import { toDataUrl } from "../toDataUrl.js";
import { readReply } from "./readReply.js";
import { refuseUnknown } from "./refuseUnknown.js";
import type { ServerApi } from "./ServerApi.js";
import { toBill } from "./toBill.js";
import { toReplyError } from "./toReplyError.js";

type Asked = Pick<TransportRequest, "signal"> & { params: Record<string, unknown> };

/** Speaking takes long; whoever waits may stop it sooner, which stops the provider. */
const WITHIN_MS = 600_000;
const ENDINGS: Readonly<Record<string, string>> = { mpeg: "mp3", wave: "wav", "octet-stream": "wav" };

/** Answer `ai_speak`. */
export async function speak(api: ServerApi, { params, signal }: Asked): Promise<object> {
  refuseUnknown("ai_speak", params);
  const { model, format, ...wishes } = params;
  const body = { ...wishes, model: model || "satchel/speech", response_format: format ?? undefined };
  const headers = { "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body), ...(signal && { signal }) };
  const reply = await api.call("/v1/audio/speech", init, WITHIN_MS);
  if (!reply.ok) throw await toReplyError(reply);
  const bytes = await reply.arrayBuffer().catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw Object.assign(toServerError({ code: "stream_broken", message: "The sound did not come whole." }), { cause });
  });
  const url = toDataUrl(new Uint8Array(bytes), reply.headers.get("content-type") ?? "audio/mpeg");
  return { ...(await factsOf(api, reply, signal)), audio: { url } };
}

/** Answer `ai_transcribe`. */
export async function transcribe(api: ServerApi, { params, signal }: Asked): Promise<object> {
  refuseUnknown("ai_transcribe", params);
  let facts: Promise<object> = Promise.resolve({});
  const init = { method: "POST", body: toForm(params), ...(signal && { signal }) };
  const body = await readReply(api, "/v1/audio/transcriptions", init, WITHIN_MS, (reply) => {
    facts = factsOf(api, reply, signal);
  });
  const { text = "", usage, task: _, ...detail } = body;
  return { ...(await facts), ...toBill(isRecord(usage) ? usage : {}), text, detail };
}

function toForm({ model, file, filename, timestamps, ...wishes }: Record<string, unknown>): FormData {
  const form = new FormData();
  const sound = file instanceof Blob ? file : toBlob(file);
  form.append("file", sound, typeof filename === "string" ? filename : nameOf(sound));
  form.append("model", String(model || "satchel/transcription"));
  for (const [name, value] of Object.entries(wishes)) {
    if (value !== undefined && value !== null) form.append(name, String(value));
  }
  const times: unknown[] = Array.isArray(timestamps) ? timestamps : [];
  if (times.length > 0) form.append("response_format", "verbose_json");
  for (const one of times) form.append("timestamp_granularities[]", String(one));
  return form;
}

/** Providers go by a file's ending. */
function nameOf(sound: Blob): string {
  const kind = sound.type.replace(/^.*\/(x-)?|;.*/g, "");
  return (sound as Partial<File>).name || `audio.${ENDINGS[kind] ?? (kind || "wav")}`;
}

function toBlob(file: unknown): Blob {
  const [, type, data] = (typeof file === "string" && /^data:([^;,]*)[^,]*;base64,(.+)$/.exec(file)) || [];
  const message = "file must be a data: URL that holds a sound in base64";
  const fault = toServerError({ code: "malformed_request", message, param: "file" });
  if (data === undefined) throw fault;
  try {
    return new Blob([Uint8Array.from(atob(data), (one) => one.charCodeAt(0))], { type: type ?? "" });
  } catch (cause) {
    throw Object.assign(fault, { cause });
  }
}

/** Ask what a sound used: its answer is sound, and has no place for that. */
async function factsOf(api: ServerApi, reply: Response, signal: AbortSignal | undefined): Promise<object> {
  const id = reply.headers.get("x-generation-id") ?? "";
  const init = signal ? { signal } : {};
  const told = await readReply(api, `/v1/generation?id=${id}`, init).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    return {} as Record<string, unknown>; // the sound is there: what is not known is told as such
  });
  const record = isRecord(told.data) ? told.data : {};
  const tokens = { inputTokens: record.tokens_prompt ?? 0, outputTokens: record.tokens_completion ?? 0 };
  return {
    id,
    finishReason: "stop",
    model: record.model ?? "",
    provider: record.provider_name ?? "",
    usage: { ...tokens, reasoningTokens: 0, cachedTokens: 0, estimated: true },
    cost: { usd: record.total_cost ?? 0, known: typeof record.upstream_inference_cost === "number" },
  };
}
