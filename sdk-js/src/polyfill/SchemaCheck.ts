import { isRecord } from "../isRecord.js";
import { fault } from "./fault.js";

type Schema = Record<string, unknown> | boolean;
type Rule = (value: unknown, limit: never, schema: Record<string, unknown>) => boolean;

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  array: Array.isArray,
  object: (value) => isRecord(value) && !Array.isArray(value),
};
const ANNOTATIONS = new Set([
  "$schema",
  "$id",
  "$comment",
  "$defs",
  "definitions",
  "title",
  "description",
  "default",
  "examples",
  "format",
  "deprecated",
  "readOnly",
  "writeOnly",
]);

/** Checks values against a JSON schema, as far as models can be held to one: no conditions, no references to elsewhere. */
export class SchemaCheck {
  readonly #root: Record<string, unknown>;
  readonly #rules: Readonly<Record<string, Rule>> = this.#makeRules();

  /** Throws `NotSupportedError` for a schema that uses what is not checked here, `TypeError` for what is no schema. */
  constructor(root: Record<string, unknown>) {
    this.#root = root;
    this.#inspect(root, 0);
  }

  /** Tell whether a value is as the schema says. */
  accepts(value: unknown, schema: Schema = this.#root): boolean {
    if (typeof schema === "boolean") return schema;
    return Object.entries(schema).every(([word, limit]) => this.#rules[word]?.(value, limit as never, schema) ?? true);
  }

  #inspect(schema: unknown, depth: number): void {
    if (typeof schema === "boolean") return;
    if (!isRecord(schema) || Array.isArray(schema)) throw new TypeError("The response constraint is no JSON schema.");
    if (depth > 32) throw fault("NotSupportedError", "The JSON schema nests too deeply.");
    for (const [word, limit] of Object.entries(schema)) {
      if (!(word in this.#rules) && !ANNOTATIONS.has(word))
        throw fault("NotSupportedError", `JSON schemas with ${word} are not supported.`);
      if (word === "type" && ![limit].flat().every((name) => typeof name === "string" && name in TYPES)) {
        throw new TypeError(`${String(limit)} is no type of JSON schema.`);
      }
      if (word === "$ref" && this.#at(limit) === undefined)
        throw fault("NotSupportedError", `The reference ${String(limit)} leads nowhere in the schema.`);
      for (const inner of innerOf(word, limit)) this.#inspect(inner, depth + 1);
    }
  }

  #at(reference: unknown): Schema | undefined {
    if (typeof reference !== "string" || !reference.startsWith("#")) return undefined;
    const steps = reference.slice(1).split("/").slice(1);
    const found = steps.reduce<unknown>(
      (at, step) => (isRecord(at) ? at[decodeURIComponent(step).replace("~1", "/").replace("~0", "~")] : undefined),
      this.#root,
    );
    return typeof found === "boolean" || isRecord(found) ? (found as Schema) : undefined;
  }

  #makeRules(): Record<string, Rule> {
    return { ...VALUES, ...NUMBERS, ...TEXTS, ...this.#ofMembers(), ...this.#ofSchemas() };
  }

  #ofSchemas(): Record<string, Rule> {
    return {
      $ref: (value, reference) => this.accepts(value, this.#at(reference) ?? false),
      anyOf: (value, all: Schema[]) => all.some((schema) => this.accepts(value, schema)),
      oneOf: (value, all: Schema[]) => all.filter((schema) => this.accepts(value, schema)).length === 1,
      allOf: (value, all: Schema[]) => all.every((schema) => this.accepts(value, schema)),
      not: (value, schema: Schema) => !this.accepts(value, schema),
    };
  }

  #ofMembers(): Record<string, Rule> {
    const ofList =
      (test: (value: unknown[], limit: never, schema: Record<string, unknown>) => boolean): Rule =>
      (value, limit, schema) =>
        !Array.isArray(value) || test(value, limit, schema);
    const ofObject =
      (test: (value: Record<string, unknown>, limit: never, schema: Record<string, unknown>) => boolean): Rule =>
      (value, limit, schema) =>
        !isRecord(value) || Array.isArray(value) || test(value, limit, schema);
    return {
      items: ofList((value, schema: Schema, { prefixItems }) =>
        value.slice(Array.isArray(prefixItems) ? prefixItems.length : 0).every((item) => this.accepts(item, schema)),
      ),
      prefixItems: ofList((value, schemas: Schema[]) =>
        schemas.every((schema, at) => at >= value.length || this.accepts(value[at], schema)),
      ),
      minItems: ofList((value, least) => value.length >= least),
      maxItems: ofList((value, most) => value.length <= most),
      uniqueItems: ofList(
        (value, unique) => !unique || new Set(value.map((item) => JSON.stringify(item))).size === value.length,
      ),
      properties: ofObject((value, schemas: Record<string, Schema>) =>
        Object.entries(schemas).every(
          ([name, schema]) => !Object.hasOwn(value, name) || this.accepts(value[name], schema),
        ),
      ),
      additionalProperties: ofObject((value, schema: Schema, { properties }) =>
        Object.keys(value).every(
          (name) => (isRecord(properties) && Object.hasOwn(properties, name)) || this.accepts(value[name], schema),
        ),
      ),
      required: ofObject((value, names: string[]) => names.every((name) => Object.hasOwn(value, name))),
      minProperties: ofObject((value, least) => Object.keys(value).length >= least),
      maxProperties: ofObject((value, most) => Object.keys(value).length <= most),
    };
  }
}

const VALUES: Readonly<Record<string, Rule>> = {
  type: (value, names: string | string[]) => [names].flat().some((name) => TYPES[name]?.(value)),
  enum: (value, all: unknown[]) => all.some((one) => JSON.stringify(one) === JSON.stringify(value)),
  const: (value, one) => JSON.stringify(one) === JSON.stringify(value),
};
const NUMBERS: Readonly<Record<string, Rule>> = Object.fromEntries(
  Object.entries({
    minimum: (value: number, limit: number) => value >= limit,
    maximum: (value: number, limit: number) => value <= limit,
    exclusiveMinimum: (value: number, limit: number) => value > limit,
    exclusiveMaximum: (value: number, limit: number) => value < limit,
    multipleOf: (value: number, step: number) => Math.abs(value / step - Math.round(value / step)) < 1e-9,
  }).map(([word, test]): [string, Rule] => [word, (value, limit) => typeof value !== "number" || test(value, limit)]),
);
const TEXTS: Readonly<Record<string, Rule>> = Object.fromEntries(
  Object.entries({
    minLength: (value: string, limit: number) => [...value].length >= limit,
    maxLength: (value: string, limit: number) => [...value].length <= limit,
    pattern: (value: string, pattern: string) => new RegExp(pattern, "u").test(value),
  }).map(([word, test]): [string, Rule] => [word, (value, limit) => typeof value !== "string" || test(value, limit)]),
);

/** The schemas inside one word of a schema. */
function innerOf(word: string, limit: unknown): unknown[] {
  if (["items", "not", "additionalProperties"].includes(word)) return [limit];
  if (["anyOf", "oneOf", "allOf", "prefixItems"].includes(word)) return Array.isArray(limit) ? limit : [null];
  return ["properties", "$defs", "definitions"].includes(word)
    ? Object.values(isRecord(limit) ? limit : { limit: null })
    : [];
}
