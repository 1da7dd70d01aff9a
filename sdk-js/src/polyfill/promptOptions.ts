import type { Tool } from "../ChatOptions.js";
import type { Kind } from "./create.js";
import { type ContentType, type Draft, readPrompt, readType } from "./Draft.js";
import * as idl from "./idl.js";

const MODES = ["most-predictable", "predictable", "balanced", "creative", "most-creative"] as const;

export type SamplingMode = (typeof MODES)[number];

/** What a `LanguageModel` is created with, read. */
export interface PromptOptions {
  samplingMode: SamplingMode;
  inputs: ReadonlySet<ContentType>;
  outputs: ReadonlySet<ContentType>;
  tools: readonly Tool[];
  initialPrompts: readonly Draft[];
}

const NEEDED: Readonly<Partial<Record<ContentType, string>>> = { image: "images", audio: "audio" };

/** How `LanguageModel` reads its options and what it needs of a model. */
export const promptKind: Kind<PromptOptions> = {
  feature: "language-model",
  read(options) {
    if (options.topK !== undefined || options.temperature !== undefined) {
      // biome-ignore lint/suspicious/noConsole: the specification asks for a warning
      console.warn("LanguageModel: topK and temperature are ignored on web pages; use samplingMode.");
    }
    const inputs = expected(options.expectedInputs, "expectedInputs");
    const prompts = idl.list(options.initialPrompts, "initialPrompts");
    return {
      samplingMode: idl.oneOf(options.samplingMode, MODES, "balanced", "samplingMode"),
      inputs,
      outputs: expected(options.expectedOutputs, "expectedOutputs"),
      tools: idl.list(options.tools, "tools").map(readTool),
      initialPrompts: prompts.length === 0 ? [] : readPrompt(prompts, inputs, true),
    };
  },
  needs({ inputs, outputs, tools }) {
    if (outputs.has("image") || outputs.has("audio") || outputs.has("tool-response") || inputs.has("tool-call"))
      return null;
    const needs = [...inputs].flatMap((type) => NEEDED[type] ?? []);
    return tools.length > 0 ? [...needs, "tools"] : needs;
  },
};

function expected(value: unknown, member: string): ReadonlySet<ContentType> {
  const types = idl.list(value, member).map((item) => {
    const { type, languages } = idl.dictionary(item, `An item of ${member}`);
    if (type === undefined) throw new TypeError(`Each of ${member} needs a type.`);
    idl.languages(languages, "languages");
    return readType(type);
  });
  return new Set<ContentType>(["text", ...types]);
}

function readTool(value: unknown): Tool {
  const tool = idl.dictionary(value, "A tool");
  const [name, description] = [String(idl.required(tool, "name")), String(idl.required(tool, "description"))];
  const parameters = idl.required(tool, "inputSchema");
  const execute = idl.required(tool, "execute");
  if (typeof parameters !== "object" || parameters === null) throw new TypeError("inputSchema must be an object.");
  if (typeof execute !== "function") throw new TypeError("execute must be a function.");
  return {
    type: "function",
    function: { name, description, parameters: parameters as Record<string, unknown> },
    execute: (input) => execute(input),
  };
}
