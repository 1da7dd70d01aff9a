import { useEffect, useRef, useState } from "preact/hooks";
import type { AskModel } from "../wire/connect-worker";
import type { GenerationEnd } from "../wire/generation-end";
import { errorWords } from "./error-words";

/** One answer of a model as far as it has come. */
export interface Answer {
  state: "rest" | "waiting" | "writing" | "done" | "stopped" | "failed";
  text: string;
  firstMs: number | null;
  tookMs: number | null;
  end: GenerationEnd | null;
  error: string | null;
}

const NONE: Answer = { state: "rest", text: "", firstMs: null, tookMs: null, end: null, error: null };

/** Asks a model and follows its answer; a new question, a stop and the end of the screen stop the old one. */
export function useAnswer(ask: AskModel) {
  const [answer, setAnswer] = useState<Answer>(NONE);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const run = async (params: unknown): Promise<Answer> => {
    running.current?.abort();
    const mine = new AbortController();
    running.current = mine;
    const follow = new Following((now) => {
      if (running.current === mine) setAnswer(now);
    });
    try {
      const end = await ask(params, (event) => event.type === "text-delta" && follow.add(event.delta), mine.signal);
      follow.finish({ state: mine.signal.aborted ? "stopped" : "done", end });
    } catch (problem) {
      const error = errorWords(problem);
      follow.finish(mine.signal.aborted ? { state: "stopped" } : { state: "failed", error });
    }
    return follow.answer;
  };
  return {
    answer,
    run,
    stop: () => running.current?.abort(),
    clear: () => {
      running.current?.abort();
      running.current = null;
      setAnswer(NONE);
    },
  };
}

/** Draws at most once a frame, however fast the words come. */
class Following {
  answer: Answer = { ...NONE, state: "waiting" };
  private readonly startedAt = performance.now();
  private drawing = false;

  constructor(private readonly draw: (answer: Answer) => void) {
    draw(this.answer);
  }

  add(delta: string): void {
    const firstMs = this.answer.firstMs ?? performance.now() - this.startedAt;
    this.answer = { ...this.answer, state: "writing", text: this.answer.text + delta, firstMs };
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.draw(this.answer);
    });
  }

  finish(change: Partial<Answer>): void {
    this.answer = { ...this.answer, tookMs: performance.now() - this.startedAt, ...change };
    this.draw(this.answer);
  }
}
