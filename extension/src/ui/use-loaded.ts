import { useCallback, useEffect, useState } from "preact/hooks";
import { errorWords } from "./error-words";

interface Loaded<T> {
  value: T | null;
  /** A sentence for the person; what was loaded before is kept beside it. */
  error: string | null;
  /** Whether it is being loaded now, for the first time or again. */
  busy: boolean;
  reload(): void;
}

/** Loads something for a screen, and again on `reload` or when `key` changes. */
export function useLoaded<T>(load: () => Promise<T>, key: unknown = null): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(true);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let current = true;
    setBusy(true);
    load().then(
      (loaded) => {
        if (!current) return;
        setValue(() => loaded);
        setError(null);
        setBusy(false);
      },
      (failure: unknown) => {
        if (!current) return;
        setError(errorWords(failure));
        setBusy(false);
      },
    );
    return () => {
      current = false;
    };
  }, [key, round]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  return { value, error, busy, reload };
}
