import type { Client } from "../Client.js";
import { type CallOptions, generate, stream, type ToFile } from "./ask.js";

/** What language models of specifications V3 and V4 have alike. */
export interface ModelOf<File> {
  provider: string;
  modelId: string;
  supportedUrls: Record<string, RegExp[]>;
  doGenerate(options: CallOptions): ReturnType<typeof generate<File>>;
  doStream(options: CallOptions): Promise<{ stream: Awaited<ReturnType<typeof stream<File>>> }>;
}

/** A model that answers calls of the AI SDK. */
export function modelOf<File>(client: () => Promise<Client>, modelId: string, toFile: ToFile<File>): ModelOf<File> {
  return {
    provider: "satchel",
    modelId,
    supportedUrls: { "image/*": [/^https:/] },
    doGenerate: async (options: CallOptions) => generate(await client(), modelId, options, toFile),
    doStream: async (options: CallOptions) => ({ stream: await stream(await client(), modelId, options, toFile) }),
  };
}
