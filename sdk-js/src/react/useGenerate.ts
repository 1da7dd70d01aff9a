import { type Dispatch, type SetStateAction, useCallback, useEffect, useRef, useState } from "react";
import type { Answer } from "../Answer.js";
import type { ChatOptions } from "../ChatOptions.js";
import { NotConnected } from "../errors/NotConnected.js";
import { toSatchelError } from "../errors/toSatchelError.js";
import type { Generation } from "../Generation.js";
import type { Message } from "../Message.js";
import { useAI } from "./useAI.js";

/** How the last question stands. */
export interface Generating<T> {
  status: "idle" | "asking" | "writing" | "done" | "stopped" | "failed";
  /** The text so far. */
  text: string;
  /** What the model thought aloud so far. */
  reasoning: string;
  answer: Answer<T> | undefined;
  error: Error | undefined;
}

/** What `useGenerate` gives. */
export interface UseGenerate<T> extends Generating<T> {
  /** Ask; a question that still runs is stopped. Never rejects: what fails is `error`, and the result `undefined`. */
  generate(input: string | readonly Message[], options?: ChatOptions): Promise<Answer<T> | undefined>;
  stop(): void;
}

type SetState<T> = Dispatch<SetStateAction<Generating<T>>>;

const IDLE = { status: "idle", text: "", reasoning: "", answer: undefined, error: undefined } as const;

/** Ask one thing at a time and follow the answer. Stops when the component goes. */
export function useGenerate<T = unknown>(): UseGenerate<T> {
  const { client, error: absence } = useAI();
  const [state, setState] = useState<Generating<T>>(IDLE);
  const running = useRef<Generation<T> | undefined>(undefined);
  const stop = useCallback(() => running.current?.stop(), []);
  useEffect(() => stop, [stop]);

  const generate = useCallback<UseGenerate<T>["generate"]>(
    async (input, options) => {
      stop();
      if (!client) {
        const error = absence ?? new NotConnected(4900, "Satchel is still being looked for.");
        setState({ ...IDLE, status: "failed", error });
        return undefined;
      }
      const generation = client.chat<T>(input, options);
      running.current = generation;
      setState({ ...IDLE, status: "asking" });
      const answer = await follow(generation, (change) => {
        if (running.current === generation) setState(change);
      });
      return answer;
    },
    [client, absence, stop],
  );
  return { ...state, generate, stop };
}

/** Write into the state what comes of a question, to its end. */
async function follow<T>(generation: Generation<T>, setState: SetState<T>): Promise<Answer<T> | undefined> {
  try {
    for await (const part of generation) {
      if (part.type !== "text" && part.type !== "reasoning") continue;
      const { type, text } = part;
      setState((before) => ({ ...before, status: "writing", [type]: before[type] + text }));
    }
    const answer = await generation;
    setState((before) => ({ ...before, status: "done", answer }));
    return answer;
  } catch (cause) {
    const error = toSatchelError(cause);
    const isStopped = error.name === "AbortError";
    setState((before) => ({
      ...before,
      status: isStopped ? "stopped" : "failed",
      error: isStopped ? undefined : error,
    }));
    return undefined;
  }
}
