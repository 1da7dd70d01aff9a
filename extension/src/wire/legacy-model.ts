/** How pages of early 2023 spelt an id, and the id that replaced it: window-ai.md §1.4. */
const RESPELT: Readonly<Record<string, string>> = {
  "openai/gpt3.5": "openai/gpt-3.5-turbo",
  "openai/gpt4": "openai/gpt-4",
  "together/gpt-neoxt-20B": "togethercomputer/GPT-NeoXT-Chat-Base-20B",
  "cohere/xlarge": "cohere/command-nightly",
};

/** The ids that the original's package knew, and the word by which its pages meant "the person's own server". */
const OF_2023: ReadonlySet<string> = new Set([
  "openai/gpt-3.5-turbo",
  "openai/gpt-3.5-turbo-16k",
  "openai/gpt-4",
  "openai/gpt-4-32k",
  "anthropic/claude-instant-v1",
  "anthropic/claude-instant-v1-100k",
  "anthropic/claude-v1",
  "anthropic/claude-v1-100k",
  "google/palm-2-chat-bison",
  "google/palm-2-codechat-bison",
  "togethercomputer/GPT-NeoXT-Chat-Base-20B",
  "cohere/command-nightly",
  "openai/shap-e",
  "local",
]);

/** The id as it was spelt last; anything else stays as it is. */
function respell(model: string): string {
  return Object.hasOwn(RESPELT, model) ? (RESPELT[model] as string) : model;
}

/**
 * Whether a page of 2023 may have written this id. Most of those models are gone; where nobody runs one any more the
 * person's own choice answers, because the page can offer its visitor nothing else.
 */
function isOf2023(model: string): boolean {
  return OF_2023.has(model);
}

export const LegacyModel = { respell, isOf2023 };
