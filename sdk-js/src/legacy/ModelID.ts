// biome-ignore lint/style/noEnum: the original exports an enum, and old code uses its members as types
enum TextModelID {
  GPT_3 = "openai/gpt-3.5-turbo",
  GPT_3_16k = "openai/gpt-3.5-turbo-16k",
  GPT_4 = "openai/gpt-4",
  GPT_4_32k = "openai/gpt-4-32k",
  Claude_Instant_V1 = "anthropic/claude-instant-v1",
  Claude_Instant_V1_100k = "anthropic/claude-instant-v1-100k",
  Claude_V1 = "anthropic/claude-v1",
  Claude_V1_100k = "anthropic/claude-v1-100k",
  Palm_Chat_Bison = "google/palm-2-chat-bison",
  Palm_Code_Chat_Bison = "google/palm-2-codechat-bison",
  Together = "togethercomputer/GPT-NeoXT-Chat-Base-20B",
  Cohere = "cohere/command-nightly",
}

// biome-ignore lint/style/noEnum: the original exports an enum, and old code uses its members as types
enum MediaModelID {
  Shap_e = "openai/shap-e",
}

/** The 13 model ids of 2023. Satchel routes them to what their makers offer today; new code names models as strings. */
export const ModelID: Readonly<typeof TextModelID & typeof MediaModelID> = {
  ...TextModelID,
  ...MediaModelID,
};

/** One of the 13 ids. */
export type ModelID = (typeof ModelID)[keyof typeof ModelID];

const DEPRECATED: ReadonlyMap<string, ModelID> = new Map<string, ModelID>([
  ["openai/gpt3.5", ModelID.GPT_3],
  ["openai/gpt4", ModelID.GPT_4],
  ["together/gpt-neoxt-20B", ModelID.Together],
  ["cohere/xlarge", ModelID.Cohere],
]);

/**
 * Parse a model id, old spellings included.
 *
 * Unlike `window.ai` 0.2.4 it does not mistake names of `Object.prototype` for ids: `"toString"` is `undefined`.
 *
 * @returns The id, or `undefined` when it is none of the 13.
 */
export function parseModelID(rawModelId: string): ModelID | undefined {
  return DEPRECATED.get(rawModelId) ?? Object.values(ModelID).find((id) => id === rawModelId);
}
