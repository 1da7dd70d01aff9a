import { useEffect, useRef, useState } from "preact/hooks";
import { ActivityFilter } from "../wire/activity-filter";
import type { Generation } from "../wire/generation";
import { WorkerFault } from "../wire/worker-fault";
import type { ActivitySource } from "./activity-source";

const PAGE = 50;
/** So long nothing is typed before it is searched for. */
const TYPED_MS = 250;

interface Shown {
  data: readonly Generation[];
  /** What they were looked for by; null before there are any. */
  filter: ActivityFilter | null;
  cursor: string | null;
  pages: number;
}

const NOTHING: Shown = { data: [], filter: null, cursor: null, pages: 0 };

/** What is looked for, page by page, newest first. What is shown stays until something else has come, and when nothing comes. */
export function useActivity(source: ActivitySource, filter: ActivityFilter) {
  const { shown, problem, load } = usePages(source, filter);
  const [isBusy, setBusy] = useState(false);
  const searched = useRef(filter.search);
  useEffect(() => {
    const timer = setTimeout(() => void load(null), searched.current === filter.search ? 0 : TYPED_MS);
    searched.current = filter.search;
    return () => clearTimeout(timer);
  }, [filter]);
  useEffect(() => {
    const again = () => void (document.visibilityState === "visible" && shown.pages === 1 && load(null));
    document.addEventListener("visibilitychange", again);
    return () => document.removeEventListener("visibilitychange", again);
  });
  const more = () => {
    setBusy(true);
    void load(shown).finally(() => setBusy(false));
  };
  return {
    loaded: shown.data,
    problem,
    /** Nothing has come yet. */
    waiting: shown.filter === null && problem === null,
    /** What is shown was looked for by something else. */
    looking: shown.filter !== filter && problem === null,
    /** There is nothing at all, whatever one looks for. */
    empty: shown.filter !== null && ActivityFilter.isNone(shown.filter) && shown.data.length === 0,
    busy: isBusy,
    reload: () => load(null),
    /** Loads the next page; null where there is none. */
    more: shown.cursor === null || shown.filter !== filter ? null : more,
  };
}

/** Loads the first page, or the one after what is given; of several loads the latest counts. */
function usePages(source: ActivitySource, filter: ActivityFilter) {
  const [shown, setShown] = useState(NOTHING);
  const [problem, setProblem] = useState<unknown>(null);
  const round = useRef(0);
  const load = async (before: Shown | null) => {
    round.current += 1;
    const mine = round.current;
    setProblem(null);
    try {
      const page = await source.generationPage(PAGE, filter, before?.cursor ?? null);
      if (mine !== round.current) return;
      const data = [...(before?.data ?? []), ...page.data];
      setShown({ data, filter, cursor: page.next_cursor, pages: (before?.pages ?? 0) + 1 });
      if (page.failure !== undefined) setProblem(WorkerFault.fromWire(page.failure));
    } catch (failure) {
      if (mine === round.current) setProblem(failure);
    }
  };
  return { shown, problem, load };
}
