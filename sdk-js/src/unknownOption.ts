import type { ChatOptions } from "./ChatOptions.js";
import type { EmbedOptions, ImageOptions, SpeechOptions, TranscriptionOptions } from "./Client.js";

/** The methods that ask a model for something. */
export type AskMethod = "ai_generate" | "ai_embed" | "ai_generateImage" | "ai_speak" | "ai_transcribe";

/** Whether an option travels, or is the client's own affair: the function that hears, the loop that calls tools. */
type Travels<Options> = Readonly<Record<keyof Options, boolean>>;

/** Every option of `chat`, `embed`, `generateImage`, `speak` and `transcribe`; the compiler sees that none is missing. */
const OPTIONS: Readonly<Record<AskMethod, Readonly<Record<string, boolean>>>> = {
  ai_generate: {
    messages: true,
    model: true,
    maxTokens: true,
    temperature: true,
    topP: true,
    topK: true,
    minP: true,
    seed: true,
    frequencyPenalty: true,
    presencePenalty: true,
    repetitionPenalty: true,
    logitBias: true,
    reasoningEffort: true,
    verbosity: true,
    parallelToolCalls: true,
    modalities: true,
    stop: true,
    tools: true,
    toolChoice: true,
    responseFormat: true,
    reason: true,
    schema: false,
    maxSteps: false,
    signal: false,
    onEvent: false,
  } satisfies Travels<ChatOptions & { messages: unknown }>,
  ai_embed: {
    input: true,
    model: true,
    dimensions: true,
    inputType: true,
    signal: false,
  } satisfies Travels<EmbedOptions & { input: unknown }>,
  ai_generateImage: {
    prompt: true,
    model: true,
    n: true,
    size: true,
    quality: true,
    background: true,
    outputFormat: true,
    outputCompression: true,
    style: true,
    moderation: true,
    resolution: true,
    aspectRatio: true,
    seed: true,
    signal: false,
  } satisfies Travels<ImageOptions & { prompt: unknown }>,
  ai_speak: {
    input: true,
    model: true,
    voice: true,
    format: true,
    speed: true,
    instructions: true,
    signal: false,
  } satisfies Travels<SpeechOptions & { input: unknown }>,
  ai_transcribe: {
    file: true,
    model: true,
    filename: true,
    language: true,
    prompt: true,
    temperature: true,
    timestamps: true,
    signal: false,
  } satisfies Travels<TranscriptionOptions & { file: unknown }>,
};

/** The longest name that is read; a page may have written anything. */
const NAME_AT_MOST = 40;

/** The params that a method takes. */
export function paramsOf(method: AskMethod): string[] {
  return Object.entries(OPTIONS[method]).flatMap(([name, travels]) => (travels ? [name] : []));
}

/**
 * Say in a sentence which of the params nobody knows, and which was meant; undefined where all are known.
 *
 * Values that are not given do not count. The legacy calls never come here with more than they know: they drop the rest, as the original did.
 */
export function unknownOption(method: AskMethod, params: object): string | undefined {
  const known = OPTIONS[method];
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== null);
  const found = given.find(([name]) => !Object.hasOwn(known, name) || !known[name]);
  if (!found) return undefined;
  const name = found[0].slice(0, NAME_AT_MOST);
  const meant = nearest(name, Object.keys(known));
  return `There is no option ${JSON.stringify(name)}${meant ? `: did you mean ${JSON.stringify(meant)}?` : ` in ${method}.`}`;
}

/** The one of `names` that was most likely meant: the fewest letters changed, at most a third of them, however it is spelt in other APIs. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const wanted = folded(name);
  const near = names
    .filter((one) => one !== name)
    .map((one) => ({ one, distance: distance(wanted, folded(one)) }))
    .filter((each) => each.distance <= Math.max(wanted.length, each.one.length) / 3)
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.one ?? names.find((one) => one.length > 3 && one !== name && wanted.startsWith(folded(one)));
}

/** `max_tokens` and `MaxTokens` are spellings of `maxTokens`. */
function folded(name: string): string {
  return name.replace(/[^a-z0-9]/gi, "").toLowerCase();
}

/** How many letters must be put in, left out, changed or swapped with the next to make one word of the other. */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let down = 1; down <= from.length; down++) {
    const next = [down];
    for (let at = 1; at <= to.length; at++) {
      const changed = (row[at - 1] ?? 0) + (from[down - 1] === to[at - 1] ? 0 : 1);
      const isSwapped = from[down - 1] === to[at - 2] && from[down - 2] === to[at - 1];
      const swapped = isSwapped ? (before[at - 2] ?? 0) + 1 : changed;
      next.push(Math.min(changed, swapped, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row[to.length] ?? 0;
}
