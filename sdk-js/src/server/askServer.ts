import { UnsupportedMethod } from "../errors/UnsupportedMethod.js";
import { isRecord } from "../isRecord.js";
import type { TransportRequest } from "../Transport.js";
import { draw, embed } from "./askForMedia.js";
import { speak, transcribe } from "./askForSound.js";
import { readReply } from "./readReply.js";
import type { ServerApi } from "./ServerApi.js";
import { getPermissions, requestPermissions, revokePermissions } from "./siteGrant.js";

type Asked = Pick<TransportRequest, "signal"> & { params: Record<string, unknown> };

const ANSWERS: Readonly<Record<string, (api: ServerApi, asked: Asked) => Promise<object>>> = {
  ai_listModels: async (api, { signal }) => ({ models: await listModels(api, signal) }),
  ai_getCurrentModel: async (api, { signal }) => {
    const models = api.credentials.isSignedIn ? await listModels(api, signal) : [];
    return { model: models.find(({ preferred }) => preferred === true)?.id ?? "satchel/preferred" };
  },
  ai_embed: embed,
  ai_generateImage: draw,
  ai_speak: speak,
  ai_transcribe: transcribe,
  ai_getPermissions: getPermissions,
  ai_requestPermissions: requestPermissions,
  ai_revokePermissions: revokePermissions,
};

/**
 * Answer a method of the page protocol by a server's HTTP doors; all but `ai_generate`.
 *
 * @throws UnsupportedMethod for what only the extension can do.
 */
export async function askServer(api: ServerApi, { method, params, signal }: TransportRequest): Promise<object> {
  const answer = Object.hasOwn(ANSWERS, method) ? ANSWERS[method] : undefined;
  if (!answer) throw new UnsupportedMethod(4200, `${method} works with the extension only.`);
  return answer(api, { params: isRecord(params) ? params : {}, ...(signal && { signal }) });
}

async function listModels(api: ServerApi, signal: AbortSignal | undefined): Promise<Record<string, unknown>[]> {
  const body = await readReply(api, "/v1/models?output_modalities=all", signal ? { signal } : {});
  const listed: unknown[] = Array.isArray(body.data) ? body.data : [];
  return listed.filter(isRecord).map((model) => {
    const about = isRecord(model.satchel) ? model.satchel : {};
    return {
      id: model.id,
      name: model.name,
      description: model.description,
      contextLength: model.context_length,
      provider: about.provider,
      providerName: about.provider_name,
      local: about.local,
      available: about.available,
      capabilities: about.capabilities,
      preferred: about.preferred,
    };
  });
}
