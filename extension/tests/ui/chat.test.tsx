// @vitest-environment happy-dom
import { render } from "preact";
import { expect, it } from "vitest";
import { Turn } from "../../src/ui/turn";
import { type Answer, useAnswer } from "../../src/ui/use-answer";
import type { AskModel } from "../../src/wire/connect-worker";
import type { StreamEvent } from "../../src/wire/stream-event";

const done: Answer = { state: "done", text: "Riders.", firstMs: 1, tookMs: 2, end: null, error: null };

it("a conversation is sent with each question's own text, and without an answer that never came", () => {
  const about = { text: "The council voted.", origin: null };
  const turns = [
    { question: "Who loses?", about, modelName: "m", answer: done },
    { question: "Why?", about: null, modelName: "m", answer: { ...done, text: "" } },
  ];
  expect(Turn.messages(turns, "And who wins?", null)).toEqual([
    { role: "user", content: '"""\nThe council voted.\n"""\n\nWho loses?' },
    { role: "assistant", content: "Riders." },
    { role: "user", content: "Why?" },
    { role: "user", content: "And who wins?" },
  ]);
});

it("an answer is followed as it is written, and a stop ends it with what it cost", async () => {
  let said: (event: StreamEvent) => void = () => undefined;
  const end = { usage: { outputTokens: 2 }, cost: { usd: 0, known: true } } as never;
  const ask: AskModel = (_, onEvent, signal) =>
    new Promise((resolve) => {
      said = onEvent;
      signal.addEventListener("abort", () => resolve(end));
    });
  let hook: ReturnType<typeof useAnswer> | null = null;
  const Probe = () => {
    hook = useAnswer(ask);
    return <p>{`${hook.answer.state}: ${hook.answer.text}`}</p>;
  };
  render(<Probe />, document.body);
  const running = (hook as unknown as ReturnType<typeof useAnswer>).run({});
  said({ type: "text-delta", delta: "one " });
  said({ type: "text-delta", delta: "two" });
  await expect.poll(() => document.body.textContent).toBe("writing: one two");
  (hook as unknown as ReturnType<typeof useAnswer>).stop();
  expect(await running).toMatchObject({ state: "stopped", text: "one two", end });
  render(null, document.body);
});
