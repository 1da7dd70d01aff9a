import type { Kind } from "./create.js";
import * as idl from "./idl.js";
import type { ModelSource } from "./ModelSource.js";
import { type Errand, Task, type TaskStatic, taskOf } from "./Task.js";
import { FORMATS, instruction, readWriting, type Writing, type WritingCall, type WritingOptions } from "./writing.js";

const TONES = { formal: "Write formally.", neutral: "Write in a neutral tone.", casual: "Write casually." } as const;
const LENGTHS = {
  short: "At most a paragraph.",
  medium: "Two or three paragraphs.",
  long: "As long as the task deserves.",
} as const;

type Tone = keyof typeof TONES;
type Length = keyof typeof LENGTHS;

/** What `Writer.create` takes. */
export interface WriterOptions extends WritingOptions {
  tone?: Tone;
  format?: keyof typeof FORMATS;
  length?: Length;
}

type Read = Writing & Required<Pick<WriterOptions, "tone" | "format" | "length">>;

const kind: Kind<Read> = {
  feature: "writer",
  read: (options) => ({
    ...readWriting(options),
    tone: idl.oneOf(options.tone, ["formal", "neutral", "casual"], "neutral", "tone"),
    format: idl.oneOf(options.format, ["plain-text", "markdown"], "markdown", "format"),
    length: idl.oneOf(options.length, ["short", "medium", "long"], "short", "length"),
  }),
  needs: () => [],
};

/** Writes what it is asked to. Source: Writing Assistance APIs draft of 2026-08-03. */
export class Writer extends Task<Read> {
  get tone(): Tone {
    return this.options.tone;
  }

  get format(): keyof typeof FORMATS {
    return this.options.format;
  }

  get length(): Length {
    return this.options.length;
  }

  get sharedContext(): string {
    return this.options.sharedContext;
  }

  get expectedInputLanguages(): readonly string[] | null {
    return this.options.expectedInputLanguages;
  }

  get expectedContextLanguages(): readonly string[] | null {
    return this.options.expectedContextLanguages;
  }

  get outputLanguage(): string | null {
    return this.options.outputLanguage;
  }

  async write(input: string, options?: WritingCall): Promise<string> {
    return this.run(this.#errand(input, options), options);
  }

  writeStreaming(input: string, options?: WritingCall): ReadableStream<string> {
    return this.runStreaming(this.#errand(input, options), options);
  }

  async measureInputUsage(input: string, options?: WritingCall): Promise<number> {
    return this.measure(this.#errand(input, options), options);
  }

  #errand(input: unknown, call: unknown): Errand {
    const { tone, format, length } = this.options;
    const sentences = [
      "Write the text that the user asks for, and nothing around it.",
      TONES[tone],
      LENGTHS[length],
      FORMATS[format],
    ];
    return { instruction: instruction(sentences, this.options, call), input: String(input) };
  }
}

/** Make the `Writer` that a page sees. */
export function writerOf(source: ModelSource): TaskStatic<Writer, WriterOptions> {
  return taskOf("Writer", Writer, kind, source);
}
