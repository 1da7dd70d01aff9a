// What a page does that only knows the specifications. Each deed resolves with plain data for the test to compare.
const name = (promise) => Promise.resolve(promise).then(() => "ok", (error) => error?.name ?? String(error));
const progress = [];
const monitor = (m) => m.addEventListener("downloadprogress", ({ loaded }) => progress.push(loaded));

// What a page holds that keeps it from its first script on.
window.first = typeof LanguageModel === "undefined" ? null : LanguageModel;

// Before the person has touched the page: nobody may be asked.
window.early = typeof LanguageModel === "undefined" ? "none" : LanguageModel.availability().then((found) => (found === "downloadable" ? name(LanguageModel.create()) : found));

// A robot that looks counts as a person who acts: told by a report instead.
if (location.search === "?early") Promise.resolve(window.early).then((end) => fetch("/log/early", { method: "POST", body: JSON.stringify(end) }));

const shape = () => {
  const names = ["LanguageModel", "Summarizer", "Writer", "Rewriter", "Translator", "LanguageDetector", "Proofreader"];
  const members = ["contextUsage", "contextWindow", "oncontextoverflow", "append", "clone", "destroy", "measureContextUsage", "prompt", "promptStreaming"];
  return {
    there: names.filter((one) => typeof window[one] === "function" && typeof window[one].create === "function"),
    missing: members.filter((one) => !(one in LanguageModel.prototype)),
    native: names.filter((one) => String(window[one]).includes("[native code]")),
    keys: Object.keys(window).filter((one) => names.includes(one)),
    alias: window.ai.languageModel === LanguageModel,
  };
};

const chat = async () => {
  progress.length = 0;
  const session = await LanguageModel.create({ initialPrompts: [{ role: "system", content: "Count." }], monitor });
  let streamed = "";
  let pieces = 0;
  for await (const delta of session.promptStreaming("Count.")) {
    streamed += delta;
    pieces += 1;
  }
  const twin = await session.clone();
  const usage = session.contextUsage;
  return {
    availability: await LanguageModel.availability(),
    progress,
    streamed,
    isDelta: pieces > 1,
    whole: await twin.prompt("Again."),
    isApart: session.contextUsage === usage && twin.contextUsage > usage,
    isSession: session instanceof LanguageModel && session instanceof EventTarget,
  };
};

const stop = async () => {
  const session = await LanguageModel.create();
  const controller = new AbortController();
  const reading = session.promptStreaming("Count.", { signal: controller.signal }).getReader();
  await reading.read();
  controller.abort();
  const streamed = await name((async () => { while (!(await reading.read()).done); })());
  const running = name(session.prompt("Count."));
  const waiting = name(session.prompt("Count."));
  session.destroy();
  return { streamed, running: await running, waiting: await waiting, later: await name(session.prompt("Count.")) };
};

const constraint = async () => {
  const session = await LanguageModel.create();
  const properties = { answer: { type: "number" } };
  const schema = { type: "object", properties, required: ["answer"], additionalProperties: false };
  const text = await session.prompt("?", { responseConstraint: schema });
  const wrong = { ...schema, properties: { answer: { type: "string" } } };
  return {
    answer: JSON.parse(text).answer,
    wrong: await name(session.prompt("?", { responseConstraint: wrong })),
    pattern: await session.prompt("?", { responseConstraint: /\{.*\}/ }),
  };
};

const tool = async () => {
  const secret = 40;
  const inputSchema = { type: "object", properties: { a: { type: "number" }, b: { type: "number" } } };
  const execute = async ({ a, b }) => String(a + b + secret);
  const session = await LanguageModel.create({ tools: [{ name: "add", description: "Adds", inputSchema, execute }] });
  return session.prompt("Add 3 and 4.");
};

const picture = () => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2_000, 1_000];
  canvas.getContext("2d").fillRect(10, 10, 200, 200);
  return canvas;
};
const blobOf = (canvas) => new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
const show = (type, value) => [{ role: "user", content: [{ type: "text", value: "What is this?" }, { type, value }] }];

const media = async () => {
  const session = await LanguageModel.create({ expectedInputs: [{ type: "image" }] });
  const canvas = picture();
  const blob = await blobOf(canvas);
  const image = new Image();
  image.src = canvas.toDataURL();
  const seen = [];
  for (const value of [canvas, blob, image, await createImageBitmap(canvas), await blob.arrayBuffer(), new ImageData(4, 4)]) {
    seen.push(JSON.parse(await session.prompt(show("image", value))).kinds.at(-1));
    if (seen.length % 3 === 0) session.append("next");
  }
  return {
    seen: [...new Set(seen)],
    deaf: await LanguageModel.availability({ expectedInputs: [{ type: "audio" }] }),
    garbage: await name(session.prompt(show("image", new Blob(["no picture"])))),
    kind: await name(session.prompt(show("text", canvas))),
    unexpected: await name((await LanguageModel.create()).prompt(show("image", canvas))),
  };
};

/** A picture of another origin, which this page may show and not read. */
const tainted = async (address) => {
  const session = await LanguageModel.create({ expectedInputs: [{ type: "image" }] });
  const image = new Image();
  image.src = address;
  return name(session.prompt(show("image", image)));
};

const frame = async (src, allow = "") => {
  const element = document.createElement("iframe");
  Object.assign(element, { src, allow });
  document.body.append(element);
  return new Promise((resolve) => {
    const hear = ({ data, source }) => {
      if (source !== element.contentWindow || data.builtin === undefined) return;
      window.removeEventListener("message", hear);
      element.remove();
      resolve(data.builtin);
    };
    window.addEventListener("message", hear);
  });
};

const detached = async () => {
  const element = document.createElement("iframe");
  element.src = "builtin.html";
  document.body.append(element);
  await new Promise((resolve) => element.addEventListener("load", resolve));
  const inner = element.contentWindow.LanguageModel;
  const session = await inner.create();
  element.remove();
  // Firefox runs nothing of a removed frame, so its promises are looked at from here.
  const end = (promise) => new Promise((resolve) => promise.then(() => resolve("ok"), (error) => resolve(error.name)));
  return [await end(inner.create()), await end(session.prompt("x"))];
};

const siblings = async () => {
  const summarizer = await Summarizer.create({ type: "tldr" });
  const translator = await Translator.create({ sourceLanguage: "en", targetLanguage: "de" });
  let streamed = "";
  for await (const delta of translator.translateStreaming("One two three")) streamed += delta;
  const proofread = await (await Proofreader.create()).proofread("1 2 4");
  return {
    summary: await summarizer.summarize("A long text."),
    written: await (await Writer.create()).write("Count."),
    rewritten: await (await Rewriter.create()).rewrite("Count."),
    streamed,
    detected: (await (await LanguageDetector.create()).detect("Hallo")).at(-1).detectedLanguage,
    corrections: proofread.corrections.map(({ startIndex, endIndex, correction }) => [startIndex, endIndex, correction]),
  };
};

/** What a page does after a click, where the person has not been asked. */
const ask = async () => {
  progress.length = 0;
  const before = await LanguageModel.availability();
  const session = await LanguageModel.create({ monitor });
  return { before, after: await LanguageModel.availability(), progress, answer: await session.prompt("Count.") };
};
document.getElementById("ask").addEventListener("click", () => {
  window.asking = ask().catch((error) => ({ failed: error.name }));
});

if (parent !== window) {
  Promise.resolve(window.early).then(async (early) => {
    const created = typeof LanguageModel === "undefined" ? "none" : await name(LanguageModel.create());
    parent.postMessage({ builtin: [early, created] }, "*");
  });
}

window.builtin = { shape, chat, stop, constraint, tool, media, tainted, frame, detached, siblings };
