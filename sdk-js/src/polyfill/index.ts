/** `satchel/polyfill`: the browsers' built-in AI (`LanguageModel`, `Summarizer`, `Translator` …) over the visitor's own models. */
export type { BuiltInAI } from "./builtInAI.js";
export type { DetectedLanguage, LanguageDetector, LanguageDetectorOptions } from "./LanguageDetector.js";
export type { LanguageModel, LanguageModelStatic } from "./LanguageModel.js";
export type { Availability } from "./ModelSource.js";
export type { ProofreadCorrection, Proofreader, ProofreaderOptions, ProofreadResult } from "./Proofreader.js";
export { type BuiltInOptions, builtInAI, type PolyfillOptions, polyfill } from "./polyfill.js";
export type { Rewriter, RewriterOptions } from "./Rewriter.js";
export type { Summarizer, SummarizerOptions } from "./Summarizer.js";
export type { TaskStatic } from "./Task.js";
export type { Translator, TranslatorOptions } from "./Translator.js";
export type { Writer, WriterOptions } from "./Writer.js";
export type { WritingCall, WritingOptions } from "./writing.js";
