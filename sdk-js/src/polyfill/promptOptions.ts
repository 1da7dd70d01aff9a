import type { Tool } from "../ChatOptions.js";
import { isRecord } from "../isRecord.js";
import type { Kind } from "./create.js";
import { type ContentType, type Draft, readPrompt, readType } from "./Draft.js";
import * as idl from "./idl.js";

/** Five are in the draft of 2026-06-22; the two that are "slightly" so came with the web platform tests of that autumn. */
const MODES = [
  "most-predictable",
  "predictable",
  "slightly-predictable",
  "balanced",
  "slightly-creative",
  "creative",
  "most-creative",
] as const;

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
      tools: readTools(options.tools),
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

function readTools(given: unknown): Tool[] {
  const tools = idl.list(given, "tools").map(readTool);
  if (new Set(tools.map((tool) => tool.function.name)).size < tools.length)
    throw new TypeError("Two of the tools have the same name.");
  return tools;
}

function readTool(value: unknown): Tool {
  const tool = idl.dictionary(value, "A tool");
  const [name, description] = [String(idl.required(tool, "name")), String(idl.required(tool, "description"))];
  if (name === "" || description === "") throw new TypeError("A tool needs a name and a description.");
  const parameters = readSchema(idl.required(tool, "inputSchema"));
  const execute = idl.required(tool, "execute");
  if (typeof execute !== "function") throw new TypeError("execute must be a function.");
  return { type: "function", function: { name, description, parameters }, execute: (input) => execute(input) };
}

/** Read a tool's JSON schema; what cannot be written as JSON throws what writing it throws. Source: web platform tests, language-model-tool-use. */
function readSchema(value: unknown): Record<string, unknown> {
  const schema: unknown = isRecord(value) && JSON.parse(JSON.stringify(value) ?? "null");
  const { type, properties = {}, required = [] } = isRecord(schema) ? schema : {};
  if (type !== "object" || !isRecord(properties) || !Array.isArray(required))
    throw new TypeError('inputSchema must be a JSON schema of the type "object".');
  return schema as Record<string, unknown>;
}
