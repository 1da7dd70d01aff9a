import type { EmbeddingModelV3, EmbeddingModelV4 } from "@ai-sdk/provider";
import type { Client } from "../Client.js";

/** A model that turns texts into vectors, as both specifications say it. */
export function embeddingModelOf(
  client: () => Promise<Client>,
  modelId: string,
): Omit<EmbeddingModelV4, "specificationVersion"> & Omit<EmbeddingModelV3, "specificationVersion"> {
  return {
    provider: "satchel",
    modelId,
    maxEmbeddingsPerCall: undefined,
    supportsParallelCalls: true,
    async doEmbed({ values, abortSignal, ...wishes }: Parameters<EmbeddingModelV4["doEmbed"]>[0]) {
      const { dimensions } = wishes;
      const model = modelId === "auto" ? undefined : modelId;
      const { embeddings, usage } = await (await client()).embed(values, { model, dimensions, signal: abortSignal });
      return { embeddings, usage: { tokens: usage.inputTokens }, warnings: [] };
    },
  };
}
