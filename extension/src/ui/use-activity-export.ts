import { useEffect, useRef, useState } from "preact/hooks";
import type { ActivityFilter } from "../wire/activity-filter";
import { ActivityExportRun } from "./activity-export-run";
import type { ActivityFile } from "./activity-file";
import type { ActivitySource } from "./activity-source";

type State =
  | { kind: "rest" }
  | { kind: "running"; count: number }
  | { kind: "failed"; count: number; problem: unknown };

/** Saving everything that is looked for as a file. */
export interface ActivityExports {
  state: State;
  start(file: ActivityFile): void;
  /** Goes on where a failure stopped it. */
  goOn(): void;
  cancel(): void;
}

/** One file at a time; leaving the screen gives it up. */
export function useActivityExport(source: ActivitySource, filter: ActivityFilter): ActivityExports {
  const [state, setState] = useState<State>({ kind: "rest" });
  const current = useRef<ActivityExportRun | null>(null);
  const go = async (run: ActivityExportRun) => {
    current.current = run;
    try {
      while (!run.isWhole) {
        setState({ kind: "running", count: run.count });
        await run.next();
        if (current.current !== run) return;
      }
      run.save();
      setState({ kind: "rest" });
    } catch (problem) {
      if (current.current === run) setState({ kind: "failed", count: run.count, problem });
    }
  };
  const cancel = () => {
    current.current = null;
    setState({ kind: "rest" });
  };
  useEffect(
    () => () => {
      current.current = null;
    },
    [],
  );
  return {
    state,
    start: (file) => void go(new ActivityExportRun(source, filter, file)),
    goOn: () => current.current !== null && void go(current.current),
    cancel,
  };
}
