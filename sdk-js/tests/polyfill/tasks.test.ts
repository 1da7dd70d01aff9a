// @vitest-environment happy-dom
// Written from the Writing Assistance, Translator, Language Detector and Proofreader API drafts.
import { describe, expect, test } from "vitest";
import { aFault, settled } from "../fakeTransport.js";
import { read, scene, slow } from "./scene.js";

describe("Summarizer, Writer and Rewriter", () => {
  test("defaults and choices are told, by the object and to the model", async () => {
    const { ai, heard } = scene();
    const plain = await ai.Summarizer.create();
    expect([plain.type, plain.format, plain.length, plain.sharedContext]).toEqual([
      "key-points",
      "markdown",
      "short",
      "",
    ]);
    expect([plain.expectedInputLanguages, plain.outputLanguage]).toEqual([null, null]);
    const options = { type: "headline", length: "long", format: "plain-text", outputLanguage: "de-de" } as const;
    const summarizer = await ai.Summarizer.create({
      ...options,
      sharedContext: "a blog",
      expectedInputLanguages: ["EN", "en"],
    });
    expect([summarizer.outputLanguage, summarizer.expectedInputLanguages]).toEqual(["de-DE", ["en"]]);
    expect(await summarizer.summarize("A long text.", { context: "about tea" })).toBe("Hello");
    const [system, user] = heard();
    for (const word of ["headline", "22 words", "plain text", "German", "a blog", "about tea"])
      expect(system?.content).toContain(word);
    expect(user).toEqual({ role: "user", content: "A long text." });
    await (await ai.Writer.create({ tone: "formal" })).write("an invitation");
    expect(heard()[0]?.content).toContain("formally");
    const rewriter = await ai.Rewriter.create({ tone: "more-casual", length: "shorter" });
    expect([rewriter.tone, rewriter.length, rewriter.format]).toEqual(["more-casual", "shorter", "as-is"]);
    await rewriter.rewrite("Dear Sir");
    expect(heard()[0]?.content).toContain("more casual");
  });

  test("they stream, count and forget", async () => {
    const { ai, asked } = scene({ say: () => ["- a", "\n- b"], contextLength: 100 });
    const summarizer = await ai.Summarizer.create();
    expect(await read(summarizer.summarizeStreaming("Text."))).toEqual(["- a", "\n- b"]);
    expect(await read((await ai.Writer.create()).writeStreaming("x"))).toHaveLength(2);
    expect(await read((await ai.Rewriter.create()).rewriteStreaming("x"))).toHaveLength(2);
    expect(await summarizer.measureInputUsage("Text.")).toBeGreaterThan(0);
    expect(summarizer.inputQuota).toBe(100);
    await expect(summarizer.summarize("x".repeat(1_000))).rejects.toMatchObject({
      name: "QuotaExceededError",
      quota: 100,
    });
    expect(asked().every(({ messages }) => (messages as unknown[]).length === 2)).toBe(true);
  });

  test("wrong choices are TypeErrors, wrong languages RangeErrors", async () => {
    const { ai } = scene();
    await expect(ai.Summarizer.create({ type: "poem" as "tldr" })).rejects.toThrow(TypeError);
    await expect(ai.Writer.availability({ tone: "rude" as "formal" })).rejects.toThrow(TypeError);
    await expect(ai.Rewriter.create({ outputLanguage: "not a language" })).rejects.toThrow(RangeError);
  });

  test("they are created with consent and progress, stopped by signals, and destroyed", async () => {
    const model = slow();
    const { ai, transport } = scene({ state: "prompt", say: model.say });
    const loaded: number[] = [];
    const monitor = (told: EventTarget) =>
      told.addEventListener("downloadprogress", (event) => loaded.push((event as ProgressEvent).loaded));
    const summarizer = await ai.Summarizer.create({ monitor });
    expect(loaded).toEqual([0, 1]);
    expect(transport.calls.map(({ method }) => method)).toContain("ai_requestPermissions");
    const stop = new AbortController();
    const stopped = summarizer.summarize("x", { signal: stop.signal });
    const running = read(summarizer.summarizeStreaming("x"));
    await settled();
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    summarizer.destroy();
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
    await expect(summarizer.summarize("x")).rejects.toMatchObject({ name: "AbortError" });
    expect(model.stopped()).toBe(2);
  });

  test("errors have the specification's names", async () => {
    const { ai, person } = scene();
    const writer = await ai.Writer.create();
    person.say = () => {
      throw aFault(4020);
    };
    await expect(writer.write("x")).rejects.toMatchObject({ name: "NotAllowedError" });
    expect(() => new (ai.Writer as unknown as new (making: object) => object)({ options: {} })).toThrow(TypeError);
    expect(String(writer)).toBe("[object Writer]");
  });
});

describe("Translator and LanguageDetector", () => {
  test("a translator needs both languages and names them to the model", async () => {
    const { ai, heard } = scene({ say: () => "Hallo" });
    await expect(ai.Translator.create({ sourceLanguage: "en" } as never)).rejects.toThrow(TypeError);
    await expect(ai.Translator.availability(undefined)).rejects.toThrow(TypeError);
    const options = { sourceLanguage: "en", targetLanguage: "de" };
    expect(await ai.Translator.availability(options)).toBe("available");
    const translator = await ai.Translator.create(options);
    expect(await translator.translate("Hello")).toBe("Hallo");
    expect(heard()[0]?.content).toContain("from English into German");
    expect(await read(translator.translateStreaming("Hello"))).toEqual(["Hallo"]);
    expect([translator.sourceLanguage, translator.targetLanguage]).toEqual(["en", "de"]);
  });

  test("languages come the likeliest first, with und for the rest, whatever the model says around them", async () => {
    const languages = [
      { language: "nl", confidence: 0.2 },
      { language: "DE", confidence: 0.7 },
      { language: "no such", confidence: 1 },
      { language: "fr", confidence: "much" },
    ];
    const { ai, person } = scene({ say: () => `Here: \`\`\`json\n${JSON.stringify({ languages })}\n\`\`\`` });
    const detector = await ai.LanguageDetector.create({ expectedInputLanguages: ["de"] });
    const found = await detector.detect("Guten Tag");
    expect(found.map(({ detectedLanguage }) => detectedLanguage)).toEqual(["de", "nl", "und"]);
    expect(found.reduce((sum, { confidence }) => sum + confidence, 0)).toBeCloseTo(1);
    person.say = () => "I do not know.";
    expect(await detector.detect("???")).toEqual([{ detectedLanguage: "und", confidence: 1 }]);
  });
});

describe("Proofreader", () => {
  const INPUT = "I seen him yesterday at teh store, and he bought a loafs of bread.";
  const RIGHT = "I saw him yesterday at the store, and he bought a loaf of bread.";

  test("each correction says where it is in the input", async () => {
    const { ai } = scene({ say: () => RIGHT });
    const proofreader = await ai.Proofreader.create();
    const { correctedInput, corrections } = await proofreader.proofread(INPUT);
    expect(correctedInput).toBe(RIGHT);
    expect(
      corrections.map(({ startIndex, endIndex, correction }) => [INPUT.slice(startIndex, endIndex), correction]),
    ).toEqual([
      ["seen", "saw"],
      ["teh", "the"],
      ["loafs", "loaf"],
    ]);
    expect(await proofreader.proofread(RIGHT)).toEqual({ correctedInput: RIGHT, corrections: [] });
  });

  test("types and explanations are there when they were wanted", async () => {
    const notes = [
      { types: ["grammar"], explanation: "Past tense." },
      { types: ["spelling", "magic"], explanation: "A typo." },
    ];
    const { ai, asked } = scene({
      say: ({ params }) => ("responseFormat" in (params as object) ? JSON.stringify({ notes }) : RIGHT),
    });
    const proofreader = await ai.Proofreader.create({
      includeCorrectionTypes: true,
      includeCorrectionExplanations: true,
    });
    const { corrections } = await proofreader.proofread(INPUT);
    expect(corrections.map(({ types, explanation }) => [types, explanation])).toEqual([
      [["grammar"], "Past tense."],
      [["spelling"], "A typo."],
      [["grammar"], ""],
    ]);
    expect(asked()).toHaveLength(2);
  });
});

describe("differences", () => {
  test("put into the input they make the other text", async () => {
    const { differences } = await import("../../src/polyfill/differences.js");
    const texts = ["", "a", "a b c", "a  b, c!", "x a b", "a b c d e", "Ünï cødé “q”", "c b a"];
    for (const before of texts) {
      for (const after of texts) {
        const made = differences(before, after).reduceRight(
          (text, { startIndex, endIndex, correction }) => text.slice(0, startIndex) + correction + text.slice(endIndex),
          before,
        );
        expect(made).toBe(after);
      }
    }
  });
});
