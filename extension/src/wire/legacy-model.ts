import { ChatBody } from "./chat-body";

/** How pages of early 2023 spelt an id, and the id that replaced it: window-ai.md §1.4. */
const RESPELT: Readonly<Record<string, string>> = {
  "openai/gpt3.5": "openai/gpt-3.5-turbo",
  "openai/gpt4": "openai/gpt-4",
  "together/gpt-neoxt-20B": "togethercomputer/GPT-NeoXT-Chat-Base-20B",
  "cohere/xlarge": "cohere/command-nightly",
};

/**
 * The ids that the original's package knew, and the word by which its pages meant "the person's own server". Most of those models are gone;
 * where nobody runs one any more the person's own choice answers, because the page can offer its visitor nothing else.
 */
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

/** The backend's name for a model of the person's own server that nobody lists. */
const OWN_SERVER = "satchel/local:";

/**
 * What answers where nobody knows an id: the person's choice for one of 2023, and for any other that an old call names the person's own
 * model server, which the original sent it to by that name. Null where an unknown id is the page's mistake.
 */
function insteadOf(model: string, isLegacy: boolean): string | null {
  if (OF_2023.has(model)) return ChatBody.PREFERRED;
  return isLegacy && !model.startsWith("satchel/") ? OWN_SERVER + model : null;
}

/** The name that an own server is to be asked for; null for any other id. */
function ownServers(model: string): string | null {
  return model.startsWith(OWN_SERVER) ? model.slice(OWN_SERVER.length) : null;
}

export const LegacyModel = { respell, insteadOf, ownServers };
