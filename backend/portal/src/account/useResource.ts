import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { PortalError } from "./PortalError";

/** Something loaded from the server. What was loaded before stays while a later load runs or fails. */
export interface Resource<T> {
  data: T | null;
  error: PortalError | null;
  reload(): Promise<void>;
}

/** Load on the first drawing and whenever the tab is looked at again. */
export function useResource<T>(load: () => Promise<T>): Resource<T> {
  const [data, setData] = useState<T | null>(null);
  const [error, setError] = useState<PortalError | null>(null);
  const latest = useRef(0);
  const loading = useRef(load);
  loading.current = load;

  const reload = useCallback(async () => {
    const mine = ++latest.current;
    try {
      const loaded = await loading.current();
      if (mine !== latest.current) return;
      setData(loaded);
      setError(null);
    } catch (cause) {
      if (mine === latest.current) setError(asPortalError(cause));
    }
  }, []);

  useEffect(() => {
    void reload();
    const again = () => void (document.visibilityState === "visible" && reload());
    document.addEventListener("visibilitychange", again);
    return () => document.removeEventListener("visibilitychange", again);
  }, [reload]);

  return { data, error, reload };
}

/** Whatever was thrown, as an error this page can show. */
export function asPortalError(cause: unknown): PortalError {
  if (cause instanceof PortalError) return cause;
  return new PortalError(0, cause instanceof Error ? cause.message : String(cause));
}
