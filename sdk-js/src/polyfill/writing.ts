import * as idl from "./idl.js";

/** What Summarizer, Writer and Rewriter take alike when they are created. */
export interface WritingOptions {
  sharedContext?: string;
  expectedInputLanguages?: readonly string[];
  expectedContextLanguages?: readonly string[];
  outputLanguage?: string;
  signal?: AbortSignal;
  monitor?: (monitor: EventTarget) => void;
}

/** What one call of them takes. */
export interface WritingCall {
  context?: string;
  signal?: AbortSignal;
}

/** The same, read. */
export interface Writing {
  sharedContext: string;
  expectedInputLanguages: readonly string[] | null;
  expectedContextLanguages: readonly string[] | null;
  outputLanguage: string | null;
}

/** Read what they have alike. */
export function readWriting(options: Record<string, unknown>): Writing {
  return {
    sharedContext: idl.text(options.sharedContext) ?? "",
    expectedInputLanguages: idl.languages(options.expectedInputLanguages, "expectedInputLanguages"),
    expectedContextLanguages: idl.languages(options.expectedContextLanguages, "expectedContextLanguages"),
    outputLanguage: options.outputLanguage === undefined ? null : idl.language(options.outputLanguage),
  };
}

/** An instruction: its sentences, then the language and what the page says about the text. */
export function instruction(
  sentences: readonly string[],
  { sharedContext, outputLanguage }: Writing,
  call: unknown,
): string {
  const context = idl.text(idl.dictionary(call, "options").context) ?? "";
  return [
    ...sentences,
    ...(outputLanguage === null ? [] : [`Write in ${languageName(outputLanguage)}.`]),
    ...(sharedContext === "" ? [] : [`About the whole: ${sharedContext}`]),
    ...(context === "" ? [] : [`About this text: ${context}`]),
  ].join("\n");
}

/** A language's English name, which models understand better than its tag. */
export function languageName(tag: string): string {
  return new Intl.DisplayNames(["en"], { type: "language" }).of(tag) ?? tag;
}

/** How an answer may look, for all three. */
export const FORMATS = {
  "plain-text": "Use plain text without any markup.",
  markdown: "You may use Markdown.",
} as const;
