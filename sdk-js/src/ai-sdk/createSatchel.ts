import type {
  EmbeddingModelV3,
  EmbeddingModelV4,
  ImageModelV3,
  ImageModelV4,
  LanguageModelV3,
  LanguageModelV4,
} from "@ai-sdk/provider";
import type { Client } from "../Client.js";
import { type ClientSource, lazyClient } from "../lazyClient.js";
import { type CallOptions, generate, stream, type ToFile } from "./ask.js";
import { embeddingModelOf } from "./embeddingModelOf.js";
import { imageModelOf } from "./imageModelOf.js";
import { toFileV3, toFileV4 } from "./toFile.js";

/** A provider of the AI SDK; V4 is what `ai` 7 speaks, V3 is for `ai` 6. */
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
  specification?: "v4" | "v3" | undefined;
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
export function createSatchel(
  options: SatchelProviderOptions = {},
): SatchelProvider<
  LanguageModelV3 | LanguageModelV4,
  EmbeddingModelV3 | EmbeddingModelV4,
  ImageModelV3 | ImageModelV4
> {
  const { specification = "v4" } = options;
  const client = lazyClient(options);
  const languageModel = (modelId = "auto") =>
    specification === "v4"
      ? ({ specificationVersion: "v4", ...modelOf(client, modelId, toFileV4) } satisfies LanguageModelV4)
      : ({ specificationVersion: "v3", ...modelOf(client, modelId, toFileV3) } satisfies LanguageModelV3);
  return Object.assign((modelId?: string) => languageModel(modelId), {
    specificationVersion: specification,
    languageModel,
    embeddingModel: (modelId = "auto") =>
      ({ specificationVersion: specification, ...embeddingModelOf(client, modelId) }) as EmbeddingModelV4,
    imageModel: (modelId = "auto") =>
      ({ specificationVersion: specification, ...imageModelOf(client, modelId) }) as ImageModelV4,
  });
}

/** What models of both specifications have alike. */
interface ModelOf<File> {
  provider: string;
  modelId: string;
  supportedUrls: Record<string, RegExp[]>;
  doGenerate(options: CallOptions): ReturnType<typeof generate<File>>;
  doStream(options: CallOptions): Promise<{ stream: Awaited<ReturnType<typeof stream<File>>> }>;
}

function modelOf<File>(client: () => Promise<Client>, modelId: string, toFile: ToFile<File>): ModelOf<File> {
  return {
    provider: "satchel",
    modelId,
    supportedUrls: { "image/*": [/^https:/] },
    doGenerate: async (options: CallOptions) => generate(await client(), modelId, options, toFile),
    doStream: async (options: CallOptions) => ({ stream: await stream(await client(), modelId, options, toFile) }),
  };
}
