import type {
  EmbeddingModelV2,
  EmbeddingModelV3,
  EmbeddingModelV4,
  ImageModelV2,
  ImageModelV3,
  ImageModelV4,
  LanguageModelV2,
  LanguageModelV3,
  LanguageModelV4,
} from "@ai-sdk/provider";
import { type ClientSource, lazyClient } from "../lazyClient.js";
import { embeddingModelOf } from "./embeddingModelOf.js";
import { imageModelOf } from "./imageModelOf.js";
import { modelOf } from "./modelOf.js";
import { toFileV3, toFileV4 } from "./toFile.js";
import { toV2 } from "./toV2.js";

/** A provider of the AI SDK; V4 is what `ai` 7 speaks, V3 is for `ai` 6, V2 for `ai` 5. */
export interface SatchelProvider<Model, Embedding = unknown, Picture = unknown> {
  /** The person's own choice, or a wish: `author/slug`. */
  (modelId?: string): Model;
  languageModel(modelId?: string): Model;
  /** Turns texts into vectors, through the extension. */
  embeddingModel(modelId?: string): Embedding;
  /** Draws, through the extension. */
  imageModel(modelId?: string): Picture;
}

/** What `createSatchel` takes. */
export interface SatchelProviderOptions extends ClientSource {
  /** The specification to speak; `v4` by default. */
  specification?: "v4" | "v3" | "v2" | undefined;
}

/** Make a provider of Vercel's AI SDK that asks the visitor's own models. Nothing is asked before the first call. */
export function createSatchel(options?: SatchelProviderOptions & { specification?: "v4" | undefined }): SatchelProvider<
  LanguageModelV4,
  EmbeddingModelV4,
  ImageModelV4
> & {
  readonly specificationVersion: "v4";
};
export function createSatchel(options: SatchelProviderOptions & { specification: "v3" }): SatchelProvider<
  LanguageModelV3,
  EmbeddingModelV3,
  ImageModelV3
> & {
  readonly specificationVersion: "v3";
};
export function createSatchel(options: SatchelProviderOptions & { specification: "v2" }): SatchelProvider<
  LanguageModelV2,
  EmbeddingModelV2<string>,
  ImageModelV2
> & {
  readonly specificationVersion: "v2";
};
export function createSatchel(
  options: SatchelProviderOptions = {},
): SatchelProvider<LanguageModelV2 | LanguageModelV3 | LanguageModelV4> {
  const { specification = "v4" } = options;
  const client = lazyClient(options);
  const languageModel = (modelId = "auto") => {
    if (specification === "v4")
      return { specificationVersion: "v4", ...modelOf(client, modelId, toFileV4) } satisfies LanguageModelV4;
    const model = modelOf(client, modelId, toFileV3);
    return specification === "v2" ? toV2(model) : ({ specificationVersion: "v3", ...model } satisfies LanguageModelV3);
  };
  return Object.assign((modelId?: string) => languageModel(modelId), {
    specificationVersion: specification,
    languageModel,
    embeddingModel: (modelId = "auto") =>
      ({ specificationVersion: specification, ...embeddingModelOf(client, modelId) }) as EmbeddingModelV4,
    imageModel: (modelId = "auto") =>
      ({ specificationVersion: specification, ...imageModelOf(client, modelId) }) as ImageModelV4,
  });
}
