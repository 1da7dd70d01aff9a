import { useCallback, useEffect, useState } from "preact/hooks";
import { errorWords } from "./error-words";

interface Loaded<T> {
  value: T | null;
  /** A sentence for the person; what was loaded before is kept beside it. */
  error: string | null;
  reload(): void;
}

/** Loads something for a screen, and again on `reload` or when `key` changes. */
export function useLoaded<T>(load: () => Promise<T>, key: unknown = null): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let current = true;
    load().then(
      (loaded) => {
        if (!current) return;
        setValue(() => loaded);
        setError(null);
      },
      (failure: unknown) => {
        if (current) setError(errorWords(failure));
      },
    );
    return () => {
      current = false;
    };
  }, [key, round]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  return { value, error, reload };
}
