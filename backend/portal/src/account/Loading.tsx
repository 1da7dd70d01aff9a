import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

const PATIENCE_MS = 150;

/** Rows of the final height, shown only when loading takes long enough to notice. */
export function Loading({ rows, what }: { rows: number; what: string }): JSX.Element | null {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return <div class="skel-space" aria-busy="true" />;
  return (
    <div class="card list" role="status" aria-label={`Loading ${what}`}>
      {Array.from({ length: rows }, (_, row) => (
        <div class="item" key={row}>
          <span class="mg sm" />
          <span class="grow stack">
            <span class={`skel ${row % 2 ? "w46" : "w58"}`} />
            <span class={`skel ${row % 2 ? "w28" : "w36"}`} />
          </span>
        </div>
      ))}
    </div>
  );
}
