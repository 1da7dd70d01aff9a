import type { Answer, Permissions } from "satchel";
import type { Fault } from "./explainFault";

/** Whether the page can ask at all, and what the person said. */
export type Connection =
  | { is: "looking" }
  | { is: "missing" }
  | { is: "disconnected" }
  | { is: "ready"; permission: Permissions["state"]; model: string };

/** What the buttons below the answer explain. */
export type Lesson = "press-deny" | "already-allowed" | "named-model";

/** How a run ended. */
export type Ending =
  | { is: "finished"; answer: Answer; tokensPerSecond: number | null }
  | { is: "stopped"; outputTokens: number | null }
  | { is: "failed"; fault: Fault };

/** One question and what came of it. */
export type Run =
  | { is: "idle" }
  | { is: "waiting" }
  /** `tokens` is an estimate, renewed at most four times a second. */
  | { is: "writing"; text: string; firstAtMs: number; tokens: number; countedAtMs: number }
  | { is: "ended"; text: string; ending: Ending };

/** Everything the demo page shows. */
export interface DemoState {
  connection: Connection;
  run: Run;
  lesson: Lesson | null;
}

/** What can happen to the demo page. Times are milliseconds of one clock. */
export type DemoAction =
  | { type: "connection"; connection: Connection }
  | { type: "lesson"; lesson: Lesson }
  | { type: "asked"; lesson: Lesson | null }
  | { type: "wrote"; text: string; atMs: number }
  | { type: "finished"; answer: Answer; atMs: number }
  | { type: "stopped"; outputTokens: number | null }
  | { type: "failed"; fault: Fault };

/** How the page starts. */
export const INITIAL: DemoState = { connection: { is: "looking" }, run: { is: "idle" }, lesson: null };

const COUNT_EVERY_MS = 250;
const CHARACTERS_A_TOKEN = 4;

/** Tell what the page shows after something happened. */
export function reduceDemo(state: DemoState, action: DemoAction): DemoState {
  switch (action.type) {
    case "connection":
      return { ...state, connection: action.connection };
    case "lesson":
      return { ...state, lesson: action.lesson, run: { is: "idle" } };
    case "asked":
      return { ...state, lesson: action.lesson, run: { is: "waiting" } };
    case "wrote":
      return { ...state, run: write(state.run, action.text, action.atMs) };
    case "finished":
      return end(state, {
        is: "finished",
        answer: action.answer,
        tokensPerSecond: speed(state.run, action.answer.usage.outputTokens, action.atMs),
      });
    case "stopped":
      return end(state, { is: "stopped", outputTokens: action.outputTokens });
    case "failed":
      return end(state, { is: "failed", fault: action.fault });
  }
}

/** Tell whether a question is being answered. */
export function isRunning(run: Run): boolean {
  return run.is === "waiting" || run.is === "writing";
}

function write(run: Run, piece: string, atMs: number): Run {
  const before = run.is === "writing" ? run : { text: "", firstAtMs: atMs, tokens: 0, countedAtMs: 0 };
  const text = before.text + piece;
  const due = atMs - before.countedAtMs >= COUNT_EVERY_MS;
  return {
    is: "writing",
    text,
    firstAtMs: before.firstAtMs,
    tokens: due ? Math.ceil(text.length / CHARACTERS_A_TOKEN) : before.tokens,
    countedAtMs: due ? atMs : before.countedAtMs,
  };
}

function end(state: DemoState, ending: Ending): DemoState {
  const text = state.run.is === "writing" ? state.run.text : "";
  return { ...state, run: { is: "ended", text, ending } };
}

/** Tokens a second after the first one; nothing when too few came to tell. */
function speed(run: Run, outputTokens: number, atMs: number): number | null {
  if (run.is !== "writing" || outputTokens < 2 || atMs <= run.firstAtMs) return null;
  return ((outputTokens - 1) / (atMs - run.firstAtMs)) * 1000;
}
