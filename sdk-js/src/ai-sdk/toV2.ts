import type {
  LanguageModelV2,
  LanguageModelV2CallWarning,
  LanguageModelV2StreamPart,
  LanguageModelV2Usage,
  LanguageModelV3File,
  LanguageModelV3Usage,
  SharedV3Warning,
} from "@ai-sdk/provider";
import type { CallOptions } from "./ask.js";
import type { ModelOf } from "./modelOf.js";
import type { StreamPart } from "./StreamParts.js";

type Part = StreamPart | LanguageModelV3File;

/** Write a model as specification V2 has it, which `ai` 5 speaks: token counts and reasons are flat there. */
export function toV2(model: ModelOf<LanguageModelV3File>): LanguageModelV2 {
  return {
    ...model,
    specificationVersion: "v2",
    async doGenerate(options) {
      const { finishReason, usage, warnings, ...rest } = await model.doGenerate(options as CallOptions);
      const told = { finishReason: finishReason.unified, usage: flat(usage), warnings: warnings.map(toWarning) };
      return { ...rest, ...told } as Awaited<ReturnType<LanguageModelV2["doGenerate"]>>;
    },
    async doStream(options) {
      const { stream } = await model.doStream(options as CallOptions);
      const flattened = new TransformStream<Part, LanguageModelV2StreamPart>({
        transform: (part, controller) => controller.enqueue(toPart(part)),
      });
      return { stream: stream.pipeThrough(flattened) };
    },
  };
}

function toPart(part: Part): LanguageModelV2StreamPart {
  if (part.type === "stream-start") return { ...part, warnings: part.warnings.map(toWarning) };
  if (part.type !== "finish") return part as LanguageModelV2StreamPart;
  const { finishReason, usage, ...rest } = part;
  return { ...rest, finishReason: finishReason.unified, usage: flat(usage) } as LanguageModelV2StreamPart;
}

function flat({ inputTokens, outputTokens }: LanguageModelV3Usage): LanguageModelV2Usage {
  return {
    inputTokens: inputTokens.total,
    outputTokens: outputTokens.total,
    totalTokens: (inputTokens.total ?? 0) + (outputTokens.total ?? 0),
    reasoningTokens: outputTokens.reasoning,
    cachedInputTokens: inputTokens.cacheRead,
  };
}

function toWarning(warning: SharedV3Warning): LanguageModelV2CallWarning {
  return { type: "other", message: "feature" in warning ? `${warning.feature} is not supported` : warning.message };
}
