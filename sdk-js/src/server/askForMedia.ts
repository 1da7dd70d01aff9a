import { isRecord } from "../isRecord.js";
import type { TransportRequest } from "../Transport.js";
import { readReply } from "./readReply.js";
import { refuseUnknown } from "./refuseUnknown.js";
import type { ServerApi } from "./ServerApi.js";
import { toBill } from "./toBill.js";
import { toOpenAIWords } from "./toOpenAIWords.js";

type Asked = Pick<TransportRequest, "signal"> & { params: Record<string, unknown> };

/** Drawing takes long; whoever waits may stop it sooner, which stops the provider. */
const WITHIN_MS = 600_000;

/** Answer `ai_embed`. */
export async function embed(api: ServerApi, asked: Asked): Promise<object> {
  refuseUnknown("ai_embed", asked.params);
  const { data, facts } = await ask(api, "/v1/embeddings", "satchel/embeddings", asked);
  return { ...facts, embeddings: data.map(({ embedding }) => embedding) };
}

/** Answer `ai_generateImage`. */
export async function draw(api: ServerApi, asked: Asked): Promise<object> {
  refuseUnknown("ai_generateImage", asked.params);
  const { data, facts } = await ask(api, "/v1/images/generations", "satchel/images", asked);
  const images = data.map(({ url, b64_json: bytes, media_type: type }) => ({
    url: typeof bytes === "string" ? `data:${type ?? "image/png"};base64,${bytes}` : url,
  }));
  return { ...facts, images };
}

async function ask(
  api: ServerApi,
  path: string,
  preferred: string,
  { params, signal }: Asked,
): Promise<{ data: Record<string, unknown>[]; facts: object }> {
  const { model, ...wishes } = params;
  let id = "";
  const body = await readReply(
    api,
    path,
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: model || preferred, ...toOpenAIWords(wishes) }),
      ...(signal && { signal }),
    },
    WITHIN_MS,
    (reply) => {
      id = reply.headers.get("x-generation-id") ?? "";
    },
  );
  const facts = {
    id,
    finishReason: "stop",
    model: body.model ?? "",
    provider: body.provider ?? "",
    ...toBill(isRecord(body.usage) ? body.usage : {}),
  };
  return { data: Array.isArray(body.data) ? body.data.filter(isRecord) : [], facts };
}
