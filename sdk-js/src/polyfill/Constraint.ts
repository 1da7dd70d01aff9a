import type { JsonSchema, ResponseFormat } from "../ChatOptions.js";
import { isRecord } from "../isRecord.js";
import { fault } from "./fault.js";
import { SchemaCheck } from "./SchemaCheck.js";

/** What an answer must look like: a JSON schema, or a regular expression for the whole of it. */
export interface Constraint {
  /** The same in the words that go to the model. */
  instruction: string;
  /** What the provider is told, where it can hold the model to it. */
  format: ResponseFormat | undefined;
  /** The part of an answer that complies. @throws SyntaxError when there is none. */
  complying(answer: string): string;
}

/** Read `responseConstraint`. Throws `TypeError` for what is neither kind, `NotSupportedError` for a schema that asks too much. */
export function readConstraint(value: unknown): Constraint | undefined {
  if (value === undefined || value === null) return undefined;
  if (Object.prototype.toString.call(value) === "[object RegExp]") return ofPattern(value as RegExp);
  if (!isRecord(value) || Array.isArray(value))
    throw new TypeError("responseConstraint must be a JSON schema or a RegExp.");
  return ofSchema(plain(value));
}

function plain(value: Record<string, unknown>): JsonSchema {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch (cause) {
    throw fault("NotSupportedError", "responseConstraint must be plain data.", cause);
  }
}

function ofSchema(schema: JsonSchema): Constraint {
  const check = new SchemaCheck(schema);
  return {
    instruction: `Answer with JSON only, without any other words, that matches this JSON schema: ${JSON.stringify(schema)}`,
    format: { type: "json_schema", json_schema: { name: "answer", schema, ...(isStrict(schema) && { strict: true }) } },
    complying(answer) {
      const text = answer.trim();
      try {
        if (check.accepts(JSON.parse(text))) return text;
      } catch {
        // what is no JSON does not comply either
      }
      throw fault("SyntaxError", "The model's answer is not what the JSON schema says.");
    },
  };
}

function ofPattern(pattern: RegExp): Constraint {
  const whole = new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gy]/g, ""));
  return {
    instruction: `Answer with nothing but a text that matches this regular expression as a whole: ${pattern.source}`,
    format: undefined,
    complying(answer) {
      const trimmed = answer.trim();
      const bare = trimmed.replace(/^(["'`]+)(.*)\1$/s, "$2");
      const found = [answer, trimmed, bare, bare.replace(/[.!]$/, "")].find((text) => whole.test(text));
      if (found === undefined) throw fault("SyntaxError", "The model's answer does not match the regular expression.");
      return found;
    },
  };
}

/** Tell whether providers that are strict take the schema: every object names all it may have. Source: OpenAI, "Structured outputs". */
function isStrict(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict);
  if (!isRecord(schema)) return true;
  const { properties, required, additionalProperties } = schema;
  if (schema.type === "object" || properties !== undefined) {
    const names = Object.keys(isRecord(properties) ? properties : {});
    const all = Array.isArray(required) && names.every((name) => required.includes(name));
    if (!all || additionalProperties !== false) return false;
  }
  return Object.values(schema).every(isStrict);
}
