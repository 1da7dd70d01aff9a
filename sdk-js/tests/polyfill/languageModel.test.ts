// @vitest-environment happy-dom
// Written from the Prompt API draft of 2026-06-22 (README and index.bs), point by point; the order is that of the specification's checklist.
import { describe, expect, test } from "vitest";
import { aFault, aResult, settled } from "../fakeTransport.js";
import { read, scene, slow } from "./scene.js";

const SYSTEM = { role: "system", content: "Be brief." };

describe("prompts", () => {
  test("a system prompt may only be the first message of the session", async () => {
    const { ai, asked } = scene();
    const session = await ai.LanguageModel.create({ initialPrompts: [SYSTEM, { role: "user", content: "Hi" }] });
    await session.prompt("again");
    expect(asked()[0]?.messages).toEqual([SYSTEM, { role: "user", content: "Hi" }, { role: "user", content: "again" }]);
    await expect(session.prompt([SYSTEM])).rejects.toThrow(TypeError);
    const late = { initialPrompts: [{ role: "user", content: "Hi" }, SYSTEM] };
    await expect(ai.LanguageModel.create(late)).rejects.toThrow(TypeError);
    const fresh = await ai.LanguageModel.create();
    await fresh.append([SYSTEM]);
    await expect(fresh.append([SYSTEM])).rejects.toThrow(TypeError);
    expect(await (await ai.LanguageModel.create()).prompt([SYSTEM, { role: "user", content: "x" }])).toBe("Hello");
  });

  test("a string is one user message, nothing is an empty one, and texts that follow each other become one without a space", async () => {
    const { ai, asked } = scene();
    const session = await ai.LanguageModel.create();
    const text = (value: string) => ({ type: "text", value });
    await session.prompt("hi");
    await session.prompt([]);
    await session.prompt([{ role: "user", content: [] }]);
    await session.prompt([{ role: "user", content: [text("foo"), text("bar")] }]);
    const last = asked().map(({ messages }) => (messages as unknown[]).at(-1));
    expect(last).toEqual(["hi", "", "", "foobar"].map((content) => ({ role: "user", content })));
  });

  test("wrong shapes are TypeErrors", async () => {
    const session = await scene().ai.LanguageModel.create();
    for (const wrong of [[{ content: "x" }], [{ role: "nobody", content: "x" }], [{ role: "user" }], [7]]) {
      await expect(session.prompt(wrong)).rejects.toThrow(TypeError);
    }
    await expect(session.prompt("x", { signal: "now" })).rejects.toThrow(TypeError);
  });

  test("the conversation is kept, and prompts wait for each other", async () => {
    const model = slow();
    const { ai, person, asked } = scene({ say: model.say });
    const session = await ai.LanguageModel.create();
    const both = [session.prompt("one"), session.prompt("two")];
    await settled();
    expect(model.begun()).toBe(1);
    person.say = () => "second";
    model.finish("first");
    expect(await Promise.all(both)).toEqual(["first", "second"]);
    expect(asked()[1]?.messages).toEqual([
      { role: "user", content: "one" },
      { role: "assistant", content: "first" },
      { role: "user", content: "two" },
    ]);
  });

  test("a prefix is for a last message of the assistant, and the answer goes on from it", async () => {
    const { ai, person, heard } = scene({ say: () => ["```to", "ml\nname", " = 1"] });
    const session = await ai.LanguageModel.create();
    const prefix = { role: "assistant", content: "```toml\n", prefix: true };
    const user = { role: "user", content: "A sheet" };
    expect(await session.prompt([user, prefix])).toBe("name = 1");
    person.say = () => "done";
    await session.prompt("thanks");
    expect(heard()[1]).toEqual({ role: "assistant", content: "```toml\nname = 1" });
    await expect(session.prompt([prefix, user])).rejects.toMatchObject({ name: "SyntaxError" });
    await expect(session.prompt([{ ...user, prefix: true }])).rejects.toMatchObject({ name: "SyntaxError" });
  });

  test("a constraint is for the prefix and the answer together, and the provider cannot hold the model to it", async () => {
    const { ai, person, asked } = scene({ say: () => ["```json\n", '{ "rating": 4 }', "\n```"] });
    const session = await ai.LanguageModel.create();
    const user = { role: "user", content: "Rate" };
    const begun = (content: string) => [user, { role: "assistant", content, prefix: true }];
    const responseConstraint = { type: "object", properties: { rating: { type: "number" } }, required: ["rating"] };
    expect(await session.prompt(begun('{ "rating": '), { responseConstraint })).toBe("4 }");
    expect(asked()[0]?.responseFormat).toBeUndefined();
    person.say = () => " and salutations";
    const hello = { responseConstraint: /Greetings.*/ };
    expect(await session.prompt(begun("Greetings"), hello)).toBe(" and salutations");
    await expect(session.prompt(begun("Farewell"), hello)).rejects.toMatchObject({ name: "SyntaxError" });
  });
});

describe("stopping", () => {
  test("a prompt that waits is taken out, one that runs leaves nothing behind, one that is done stays", async () => {
    const model = slow();
    const { ai, person, heard } = scene({ say: model.say });
    const session = await ai.LanguageModel.create();
    const [runs, waits] = [new AbortController(), new AbortController()];
    const first = session.prompt("one", { signal: runs.signal });
    const second = session.prompt("two", { signal: waits.signal });
    await settled();
    waits.abort();
    await expect(second).rejects.toMatchObject({ name: "AbortError" });
    const reason = new Error("changed my mind");
    runs.abort(reason);
    await expect(first).rejects.toBe(reason);
    expect([model.begun(), model.stopped()]).toEqual([1, 1]);
    person.say = () => "fine";
    const done = new AbortController();
    expect(await session.prompt("three", { signal: done.signal })).toBe("fine");
    done.abort();
    await session.prompt("four");
    expect(heard().map(({ content }) => content)).toEqual(["three", "fine", "four"]);
  });

  test("append stops the same way", async () => {
    const model = slow();
    const { ai } = scene({ say: model.say });
    const session = await ai.LanguageModel.create();
    const asking = session.prompt("one");
    const stop = new AbortController();
    const adding = session.append("two", { signal: stop.signal });
    stop.abort();
    await expect(adding).rejects.toMatchObject({ name: "AbortError" });
    await settled();
    model.finish("ok");
    await asking;
    const before = session.contextUsage;
    await expect(session.append("x", { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    expect(session.contextUsage).toBe(before);
  });

  test("create is given up by its signal, which later destroys the session", async () => {
    const { ai } = scene();
    await expect(ai.LanguageModel.create({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "AbortError",
    });
    const stop = new AbortController();
    const creating = ai.LanguageModel.create({ signal: stop.signal });
    const early = new Error("not now");
    stop.abort(early);
    await expect(creating).rejects.toBe(early);

    const model = slow();
    const living = scene({ say: model.say });
    const end = new AbortController();
    const session = await living.ai.LanguageModel.create({ signal: end.signal });
    const running = session.prompt("one");
    const stream = read(session.promptStreaming("two"));
    await settled();
    end.abort();
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
    await expect(stream).rejects.toMatchObject({ name: "AbortError" });
    expect(model.stopped()).toBe(1);
  });

  test("destroy rejects what runs and what comes", async () => {
    const model = slow();
    const { ai } = scene({ say: model.say });
    const session = await ai.LanguageModel.create();
    const running = session.prompt("one");
    await settled();
    session.destroy();
    for (const call of [
      running,
      session.prompt("two"),
      session.append("x"),
      session.measureContextUsage("x"),
      session.clone(),
    ]) {
      await expect(call).rejects.toMatchObject({ name: "AbortError" });
    }
    expect(() => session.promptStreaming("x")).toThrow(expect.objectContaining({ name: "AbortError" }));
    expect(() => session.destroy()).not.toThrow();
  });

  test("clone goes on by itself from the same state, and takes a signal", async () => {
    const { ai, asked } = scene();
    const session = await ai.LanguageModel.create({ initialPrompts: [SYSTEM], samplingMode: "creative" });
    await session.prompt("one");
    const twin = await session.clone();
    expect([twin.contextUsage, twin.samplingMode]).toEqual([session.contextUsage, "creative"]);
    expect(twin).toBeInstanceOf(ai.LanguageModel);
    await twin.prompt("two");
    session.destroy();
    expect(await twin.prompt("three")).toBe("Hello");
    expect(asked().at(-1)?.messages).toHaveLength(6);
    await expect(twin.clone({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    const [given, reason] = [new AbortController(), new Error("no more")];
    const late = twin.clone({ signal: given.signal });
    given.abort(reason);
    await expect(late).rejects.toBe(reason);
  });
});

describe("constraints", () => {
  const schema = {
    type: "object",
    properties: { rating: { type: "number", maximum: 5 } },
    required: ["rating"],
    additionalProperties: false,
  };

  test("a JSON schema goes to the provider and to the model, and the result is text that complies", async () => {
    const { ai, asked, heard } = scene({ say: () => ["```js", 'on\n{"rating"', ": 4}\n``", "`"] });
    const session = await ai.LanguageModel.create();
    expect(await session.prompt("Rate it.", { responseConstraint: schema })).toBe('{"rating": 4}');
    const format = { type: "json_schema", json_schema: { name: "answer", schema, strict: true } };
    expect(asked()[0]).toMatchObject({ responseFormat: format });
    expect(JSON.stringify(asked()[0]?.messages)).toContain("additionalProperties");
    await session.prompt("Rate it.", { responseConstraint: schema, omitResponseConstraintInput: true });
    expect(JSON.stringify(heard().slice(2))).not.toContain("additionalProperties");
    expect(await read(session.promptStreaming("Rate it.", { responseConstraint: schema }))).toEqual([
      '{"rating"',
      ": 4}",
    ]);
  });

  test("a regular expression is for the whole of the answer", async () => {
    const { ai, person } = scene({ say: () => ' "yes" ' });
    const session = await ai.LanguageModel.create();
    expect(await session.prompt("Well?", { responseConstraint: /yes|no/ })).toBe("yes");
    person.say = () => "yes, I think";
    await expect(session.prompt("Well?", { responseConstraint: /yes|no/ })).rejects.toMatchObject({
      name: "SyntaxError",
    });
  });

  test("what does not comply is a SyntaxError and is not kept", async () => {
    const { ai, person } = scene({ say: () => '{"rating": 6}' });
    const session = await ai.LanguageModel.create();
    const before = session.contextUsage;
    await expect(session.prompt("Rate it.", { responseConstraint: schema })).rejects.toMatchObject({
      name: "SyntaxError",
    });
    expect(session.contextUsage).toBe(before);
    person.say = () => "four";
    await expect(read(session.promptStreaming("x", { responseConstraint: schema }))).rejects.toMatchObject({
      name: "SyntaxError",
    });
  });

  test("words of a schema that are not supported are a NotSupportedError, other values a TypeError", async () => {
    const session = await scene().ai.LanguageModel.create();
    const ask = (responseConstraint: unknown) => session.prompt("x", { responseConstraint });
    const circle: Record<string, unknown> = {};
    circle.circle = circle;
    await expect(ask(circle)).rejects.toMatchObject({ name: "NotSupportedError" });
    await expect(ask({ if: {}, type: "string" })).rejects.toMatchObject({ name: "NotSupportedError" });
    await expect(ask({ $ref: "https://example.com/schema" })).rejects.toMatchObject({ name: "NotSupportedError" });
    for (const wrong of [7, "json", [], { type: "thing" }, { properties: { a: 7 } }]) {
      await expect(ask(wrong)).rejects.toThrow(TypeError);
    }
    await expect(session.prompt("x", { omitResponseConstraintInput: true })).rejects.toThrow(TypeError);
    await expect(session.measureContextUsage("x", { omitResponseConstraintInput: true })).rejects.toThrow(TypeError);
  });

  test("a model without schemas is asked in words alone", async () => {
    const refuses = ({ params }: { params?: object }) => {
      if ("responseFormat" in (params ?? {})) throw aFault(-32602, { satchelCode: "unsupported_feature" });
      return '{"rating": 1}';
    };
    const { ai, asked } = scene({ say: refuses });
    const session = await ai.LanguageModel.create();
    expect(await session.prompt("Rate it.", { responseConstraint: schema })).toBe('{"rating": 1}');
    expect(asked()).toHaveLength(2);
  });

  test("measuring counts the constraint unless it is omitted", async () => {
    const session = await scene().ai.LanguageModel.create();
    const bare = await session.measureContextUsage("Rate it.");
    const more = await session.measureContextUsage("Rate it.", { responseConstraint: schema });
    const less = await session.measureContextUsage("Rate it.", {
      responseConstraint: schema,
      omitResponseConstraintInput: true,
    });
    expect(bare).toBeGreaterThan(0);
    expect([more > bare, less]).toEqual([true, bare]);
    expect(session.contextUsage).toBe(0);
  });
});

describe("streams", () => {
  test("promptStreaming yields deltas", async () => {
    const session = await scene({ say: () => ["He", "llo"] }).ai.LanguageModel.create();
    const stream = session.promptStreaming("hi");
    expect(stream).toBeInstanceOf(ReadableStream);
    expect(await read(stream)).toEqual(["He", "llo"]);
  });

  test("leaving the stream stops the provider and keeps nothing", async () => {
    const model = slow();
    const { ai, person, asked } = scene({ say: model.say });
    const session = await ai.LanguageModel.create();
    const stream = session.promptStreaming("one");
    await settled();
    await stream.cancel();
    await settled();
    expect(model.stopped()).toBe(1);
    person.say = () => "ok";
    await session.prompt("two");
    expect(asked().at(-1)?.messages).toHaveLength(1);
  });
});

describe("the window", () => {
  test("usage and window are told, by the old names too", async () => {
    const session = await scene({ contextLength: 4096 }).ai.LanguageModel.create({ initialPrompts: [SYSTEM] });
    expect(session.contextUsage).toBe(await session.measureContextUsage([{ role: "user", content: "Be brief." }]));
    await session.prompt("hi");
    expect([session.contextWindow, session.inputQuota]).toEqual([4096, 4096]);
    expect(session.inputUsage).toBe(session.contextUsage);
    expect(await session.measureInputUsage("hi")).toBe(await session.measureContextUsage("hi"));
    expect((await scene().ai.LanguageModel.create()).contextWindow).toBe(Number.POSITIVE_INFINITY);
  });

  test("what the provider counted is believed", async () => {
    const usage = { inputTokens: 100, outputTokens: 50, reasoningTokens: 20, cachedTokens: 0, estimated: false };
    const session = await scene({ say: () => aResult({ usage }) }).ai.LanguageModel.create();
    await session.prompt("hi");
    expect(session.contextUsage).toBe(130);
  });

  test("the oldest turns fall out, never what the session began with, and the page is told", async () => {
    const { ai, heard: sent } = scene({ contextLength: 45, say: () => "a".repeat(40) });
    const session = await ai.LanguageModel.create({ initialPrompts: [SYSTEM] });
    const heard: string[] = [];
    session.oncontextoverflow = () => heard.push("on");
    session.onquotaoverflow = () => heard.push("old");
    session.addEventListener("contextoverflow", (event) => heard.push(event.type));
    await session.prompt("1".repeat(40));
    expect(heard).toEqual([]);
    await session.prompt("2".repeat(40));
    expect(heard).toEqual(["on", "contextoverflow", "old"]);
    const contents = sent().map(({ content }) => content[0]);
    expect(contents).toEqual(["B", "2"]);
    expect(session.contextUsage).toBeLessThanOrEqual(session.contextWindow);
  });

  test("a long answer pushes old turns out as well", async () => {
    const { ai, person } = scene({ contextLength: 60 });
    const session = await ai.LanguageModel.create();
    const heard: string[] = [];
    session.addEventListener("contextoverflow", (event) => heard.push(event.type));
    await session.prompt("one");
    person.say = () => "a".repeat(200);
    await session.prompt("two");
    expect(heard).toEqual(["contextoverflow"]);
    expect(session.contextUsage).toBeLessThanOrEqual(session.contextWindow);
  });

  test("an abort does not bring back what fell out", async () => {
    const model = slow();
    const { ai, person, asked } = scene({ contextLength: 40, say: () => "ok" });
    const session = await ai.LanguageModel.create();
    await session.prompt("1".repeat(60));
    person.say = model.say;
    const stop = new AbortController();
    const asking = session.prompt("2".repeat(60), { signal: stop.signal });
    await settled();
    stop.abort();
    await expect(asking).rejects.toMatchObject({ name: "AbortError" });
    person.say = () => "ok";
    await session.prompt("3");
    expect(asked().at(-1)?.messages).toEqual([{ role: "user", content: "3" }]);
  });

  test("what can never fit is a QuotaExceededError that says how much, and nothing falls out", async () => {
    const { ai } = scene({ contextLength: 40 });
    const session = await ai.LanguageModel.create({ initialPrompts: [SYSTEM] });
    await session.append("1234");
    const before = session.contextUsage;
    const input = "x".repeat(400);
    const requested = await session.measureContextUsage(input);
    const error = { name: "QuotaExceededError", requested, quota: 40 - before };
    await expect(session.prompt(input)).rejects.toMatchObject(error);
    await expect(session.append(input)).rejects.toMatchObject(error);
    await expect(read(session.promptStreaming(input))).rejects.toMatchObject(error);
    expect(session.contextUsage).toBe(before);
    const initialPrompts = [{ role: "user", content: input }];
    await expect(ai.LanguageModel.create({ initialPrompts })).rejects.toMatchObject({
      name: "QuotaExceededError",
      quota: 40,
    });
  });

  test("append says something without an answer", async () => {
    const { ai, asked } = scene();
    const session = await ai.LanguageModel.create();
    expect(await session.append("a note")).toBeUndefined();
    expect(asked()).toEqual([]);
    await session.prompt("and?");
    expect(asked()[0]?.messages).toHaveLength(2);
  });
});
