import type { Client, EmbedOptions, ImageOptions } from "../Client.js";
import { uncarried } from "./refuseUncarried.js";

/** Answer OpenAI's `/embeddings`; its client asks for base64 where nobody says otherwise. */
export async function embed(client: Client, body: Record<string, unknown>, signal: AbortSignal): Promise<Response> {
  const { input, dimensions, encoding_format: encoding } = body;
  const options = { signal, model: body.model, dimensions, inputType: body.input_type } as EmbedOptions;
  const { embeddings, model, usage } = await client.embed(input as string, options);
  const data = embeddings.map((values, index) => {
    const embedding = encoding === "base64" ? toBase64(values) : values;
    return { object: "embedding", index, embedding };
  });
  const tokens = usage.inputTokens;
  return Response.json({ object: "list", data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } });
}

/** Answer OpenAI's `/images/generations`. */
export async function draw(client: Client, body: Record<string, unknown>, signal: AbortSignal): Promise<Response> {
  if (body.stream === true) throw uncarried("stream", "pictures come whole, not as a stream of drafts");
  const { images } = await client.generateImage(body.prompt as string, toImageOptions(body, signal));
  const asLink = body.response_format === "url";
  const data = images.map(({ url }) =>
    url.startsWith("data:") && !asLink ? { b64_json: url.split(",")[1] } : { url },
  );
  return Response.json({ created: Math.floor(Date.now() / 1000), data });
}

function toImageOptions(body: Record<string, unknown>, signal: AbortSignal): ImageOptions {
  return {
    signal,
    model: body.model,
    n: body.n,
    size: body.size,
    quality: body.quality,
    background: body.background,
    outputFormat: body.output_format,
    outputCompression: body.output_compression,
    style: body.style,
    moderation: body.moderation,
    resolution: body.resolution,
    aspectRatio: body.aspect_ratio,
    seed: body.seed,
  } as ImageOptions; // checked by whoever answers, as every page's wishes are
}

function toBase64(values: readonly number[]): string {
  let bytes = "";
  for (const byte of new Uint8Array(new Float32Array(values).buffer)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}
