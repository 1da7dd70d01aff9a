import type { Transport } from "../Transport.js";
import { CreateMonitor } from "./CreateMonitor.js";
import { type LanguageDetector, type LanguageDetectorOptions, languageDetectorOf } from "./LanguageDetector.js";
import { type LanguageModelStatic, languageModelOf } from "./LanguageModel.js";
import { ModelSource } from "./ModelSource.js";
import { type Proofreader, type ProofreaderOptions, proofreaderOf } from "./Proofreader.js";
import { type Rewriter, type RewriterOptions, rewriterOf } from "./Rewriter.js";
import { type Summarizer, type SummarizerOptions, summarizerOf } from "./Summarizer.js";
import type { TaskStatic } from "./Task.js";
import { type Translator, type TranslatorOptions, translatorOf } from "./Translator.js";
import { type Writer, type WriterOptions, writerOf } from "./Writer.js";

/** The browser's built-in AI objects, over the person's own models. */
export interface BuiltInAI {
  LanguageModel: LanguageModelStatic;
  Summarizer: TaskStatic<Summarizer, SummarizerOptions>;
  Writer: TaskStatic<Writer, WriterOptions>;
  Rewriter: TaskStatic<Rewriter, RewriterOptions>;
  Translator: TaskStatic<Translator, TranslatorOptions>;
  LanguageDetector: TaskStatic<LanguageDetector, LanguageDetectorOptions>;
  Proofreader: TaskStatic<Proofreader, ProofreaderOptions>;
  CreateMonitor: typeof CreateMonitor;
}

/** The names of the objects. */
export const BUILT_IN_NAMES: readonly (keyof BuiltInAI)[] = [
  "LanguageModel",
  "Summarizer",
  "Writer",
  "Rewriter",
  "Translator",
  "LanguageDetector",
  "Proofreader",
  "CreateMonitor",
];

/** Make the objects over a way to the person's models. */
export function builtInOver(connect: () => Promise<Transport>): BuiltInAI {
  const source = new ModelSource(connect);
  return {
    LanguageModel: languageModelOf(source),
    Summarizer: summarizerOf(source),
    Writer: writerOf(source),
    Rewriter: rewriterOf(source),
    Translator: translatorOf(source),
    LanguageDetector: languageDetectorOf(source),
    Proofreader: proofreaderOf(source),
    CreateMonitor,
  };
}
