import { useEffect, useState } from "preact/hooks";

const NARROW = "(max-width: 360px)";

/** Whether the window is as narrow as the narrowest phones, or enlarged until it is. */
export function useNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const look = () => setNarrow(query.matches);
    look();
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, []);
  return isNarrow;
}
