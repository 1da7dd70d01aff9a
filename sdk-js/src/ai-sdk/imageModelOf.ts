import type { ImageModelV3, ImageModelV4 } from "@ai-sdk/provider";
import type { Client } from "../Client.js";

/** A model that draws, as both specifications say it. */
export function imageModelOf(
  client: () => Promise<Client>,
  modelId: string,
): Omit<ImageModelV4, "specificationVersion"> & Omit<ImageModelV3, "specificationVersion"> {
  return {
    provider: "satchel",
    modelId,
    maxImagesPerCall: 10,
    async doGenerate(options: Parameters<ImageModelV4["doGenerate"]>[0]) {
      const { prompt = "", n, size, aspectRatio, seed, abortSignal, files, mask } = options;
      const left = Object.entries({ files, mask }).filter(([, given]) => given !== undefined);
      const { images, model } = await (await client()).generateImage(prompt, {
        model: modelId === "auto" ? undefined : modelId,
        n,
        size,
        aspectRatio,
        seed,
        signal: abortSignal,
      });
      return {
        images: await Promise.all(images.map(({ url }) => toBytes(url, abortSignal))),
        warnings: left.map(([feature]) => ({ type: "unsupported" as const, feature })),
        response: { timestamp: new Date(), modelId: model, headers: undefined },
      };
    },
  };
}

async function toBytes(url: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const reply = await fetch(url, { signal: signal ?? null });
  return new Uint8Array(await reply.arrayBuffer());
}
