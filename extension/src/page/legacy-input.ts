type Dictionary = Record<string, unknown>;

/** A legacy call after its two checks: what to send, and which of the two result shapes to give. */
export interface LegacyInput {
  params: Dictionary;
  asMessage: boolean;
  count: number;
  onStreamResult: ((result: unknown, error: string | null) => void) | null;
}

function readOptions(options: unknown): Dictionary {
  if (typeof options !== "object" || options === null) throw new Error("Invalid options");
  const handler = (options as Dictionary)["onStreamResult"];
  if (handler !== undefined && handler !== null && typeof handler !== "function") throw new Error("Invalid options");
  return options as Dictionary;
}

function readMessages(input: unknown): unknown[] {
  if (typeof input !== "object" || input === null) throw new Error("Invalid input");
  const { prompt, messages } = input as Dictionary;
  if (!("prompt" in input) && !("messages" in input)) throw new Error("Invalid input");
  if (!("messages" in input)) return [{ role: "user", content: String(prompt) }];
  if (!Array.isArray(messages)) throw new Error("Invalid input");
  return "prompt" in input && prompt !== undefined && prompt !== null
    ? [...messages, { role: "user", content: String(prompt) }]
    : messages;
}

/** Checks options first, then input, as the original did; throws its two errors. Values of null are "not given". */
function read(input: unknown, options: unknown): LegacyInput {
  const given = readOptions(options);
  const messages = readMessages(input);
  const { model, temperature, maxTokens, stopSequences, numOutputs } = given;
  const params: Dictionary = { model, temperature, maxTokens, stop: stopSequences, messages };
  for (const name of Object.keys(params)) {
    if (params[name] === undefined || params[name] === null || params[name] === "") delete params[name];
  }
  const count = typeof numOutputs === "number" && numOutputs > 1 ? Math.min(Math.floor(numOutputs), 16) : 1;
  const handler = given["onStreamResult"] as LegacyInput["onStreamResult"] | undefined;
  return { params, asMessage: "messages" in (input as object), count, onStreamResult: handler ?? null };
}

export const LegacyInput = { read };
