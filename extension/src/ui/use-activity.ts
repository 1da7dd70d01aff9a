import { useEffect, useRef, useState } from "preact/hooks";
import type { Generation } from "../wire/generation";
import { WorkerFault } from "../wire/worker-fault";
import { errorWords } from "./error-words";
import type { OptionsSource } from "./options-source";

const PAGE = 50;

/** Generations page by page, newest first; those of one site where `origin` names it. */
export function useActivity(source: OptionsSource, origin: string | null) {
  const [loaded, setLoaded] = useState<readonly Generation[]>([]);
  const [cursor, setCursor] = useState<string | null>(null);
  const [state, setState] = useState<"waiting" | "busy" | "rest">("waiting");
  const [error, setError] = useState<string | null>(null);
  const round = useRef(0);
  const load = async (from: string | null) => {
    round.current += 1;
    const mine = round.current;
    setError(null);
    try {
      const page = await source.generationPage(PAGE, origin, from);
      if (mine !== round.current) return;
      setLoaded((before) => (from === null ? page.data : [...before, ...page.data]));
      setCursor(page.next_cursor);
      if (page.failure !== undefined) setError(errorWords(WorkerFault.fromWire(page.failure)));
    } catch (problem) {
      if (mine === round.current) setError(errorWords(problem));
    }
    if (mine === round.current) setState("rest");
  };
  useEffect(() => {
    void load(null);
  }, [origin]);
  const more = () => {
    setState("busy");
    void load(cursor);
  };
  return {
    loaded,
    error,
    waiting: state === "waiting",
    busy: state === "busy",
    reload: () => void load(null),
    /** Loads the next page; null where there is none. */
    more: cursor === null ? null : more,
  };
}
