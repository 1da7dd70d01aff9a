import { useCallback, useEffect, useReducer, useRef } from "preact/hooks";
import { type Client, createClient, ExtensionMissing } from "satchel";
import { type Connection, type DemoAction, type DemoState, INITIAL, type Lesson, reduceDemo } from "./demoState";
import { explainFault } from "./explainFault";

/** What one press of a button asks. */
export interface Question {
  text: string;
  model?: string;
  lesson?: Lesson;
}

/** The demo page's state, and its two deeds. */
export interface Demo {
  state: DemoState;
  ask(question: Question): Promise<void>;
  explain(lesson: Lesson): void;
  stop(): void;
}

/** Find the extension, follow its state, and run one question at a time. */
export function useDemo(): Demo {
  const [state, dispatch] = useReducer(reduceDemo, INITIAL);
  const client = useRef<Client | null>(null);
  const stopper = useRef<AbortController | null>(null);

  const look = useCallback(async () => {
    dispatch({ type: "connection", connection: await connect(client) });
  }, []);

  useEffect(() => {
    const again = () => void look();
    let off: (() => void) | undefined;
    void look().then(() => {
      off = client.current?.on("modelChanged", again);
    });
    window.addEventListener("focus", again); // the popup may have changed what this page is allowed
    return () => {
      window.removeEventListener("focus", again);
      off?.();
    };
  }, [look]);

  const ask = useCallback(
    async (question: Question) => {
      if (!client.current) return;
      stopper.current = new AbortController();
      await run(client.current, question, stopper.current.signal, dispatch);
      await look();
    },
    [look],
  );

  const explain = useCallback((lesson: Lesson) => dispatch({ type: "lesson", lesson }), []);
  const stop = useCallback(() => stopper.current?.abort(), []);
  return { state, ask, explain, stop };
}

async function run(
  client: Client,
  { text, model, lesson }: Question,
  signal: AbortSignal,
  dispatch: (action: DemoAction) => void,
): Promise<void> {
  dispatch({ type: "asked", lesson: lesson ?? null });
  try {
    const answer = client.chat(text, { model, signal, reason: "The demo page asks what you typed." });
    for await (const part of answer) {
      if (part.type === "text") dispatch({ type: "wrote", text: part.text, atMs: performance.now() });
    }
    dispatch({ type: "finished", answer: await answer, atMs: performance.now() });
  } catch (error) {
    if (signal.aborted) dispatch({ type: "stopped", outputTokens: tokensOf(error) });
    else dispatch({ type: "failed", fault: explainFault(error) });
  }
}

async function connect(client: { current: Client | null }): Promise<Connection> {
  try {
    client.current ??= await createClient();
    const [{ state: permission }, model] = await Promise.all([
      client.current.getPermissions(),
      client.current.getCurrentModel(),
    ]);
    return { is: "ready", permission, model };
  } catch (error) {
    return error instanceof ExtensionMissing ? { is: "missing" } : { is: "disconnected" };
  }
}

function tokensOf(error: unknown): number | null {
  const tokens = (error as { usage?: { outputTokens?: unknown } } | null)?.usage?.outputTokens;
  return typeof tokens === "number" ? tokens : null;
}
