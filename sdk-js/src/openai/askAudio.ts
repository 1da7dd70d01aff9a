import type { Client, SpeechOptions, TranscriptionOptions } from "../Client.js";
import { InvalidRequest } from "../errors/InvalidRequest.js";
import { uncarried } from "./refuseUncarried.js";

/** Answer OpenAI's `/audio/speech` with the sound. */
export async function say(client: Client, body: Record<string, unknown>, signal: AbortSignal): Promise<Response> {
  if ((body.stream_format ?? "audio") !== "audio") throw uncarried("stream_format", "speech comes as sound");
  const { model, voice, response_format: format, speed, instructions } = body;
  const options = { signal, model, voice, format, speed, instructions } as SpeechOptions; // checked by whoever answers
  const { audio } = await client.speak(body.input as string, options);
  const [head = "", data = ""] = audio.url.split(";base64,");
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  return new Response(bytes, { headers: { "content-type": head.replace("data:", "") } });
}

/** Answer OpenAI's `/audio/transcriptions` as JSON or as text. */
export async function hear(client: Client, body: Record<string, unknown>, signal: AbortSignal): Promise<Response> {
  const { file, model, language, prompt, temperature, response_format: format = "json", granularities } = body;
  if (!(file instanceof Blob)) {
    const data = { satchelCode: "malformed_request", param: "file" };
    throw new InvalidRequest(-32602, "file must be a file.", data);
  }
  if (body.stream === "true") throw uncarried("stream", "a transcript comes whole");
  if (!["json", "text", "verbose_json"].includes(String(format)))
    throw uncarried("response_format", "a page writes subtitles itself, of verbose_json's segments");
  const isTimed = format === "verbose_json";
  const asked = {
    signal,
    model,
    language,
    prompt,
    temperature: temperature === undefined ? undefined : Number(temperature),
  };
  const timestamps = isTimed ? (granularities ?? ["segment"]) : undefined;
  const options = { ...asked, timestamps } as TranscriptionOptions; // checked by whoever answers
  const { text, detail } = await client.transcribe(file, options);
  if (format === "text") return new Response(`${text}\n`, { headers: { "content-type": "text/plain; charset=utf-8" } });
  return Response.json({ text, ...(isTimed && { task: "transcribe", ...detail }) });
}

/** Read a form as the fields of a body; what comes several times is a list. */
export function toFields(form: FormData): Record<string, unknown> {
  const granularities = ["timestamp_granularities[]", "timestamp_granularities"].flatMap((name) => form.getAll(name));
  return { ...Object.fromEntries(form), ...(granularities.length > 0 && { granularities }) };
}
