import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Recovery codes, this once. */
export function RecoveryCodes({ codes, done }: { codes: readonly string[]; done(): void }): JSX.Element {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <div class="card pad stack s3 recovery">
      <h3 class="h3" tabIndex={-1} ref={title}>
        Your recovery codes
      </h3>
      <p class="t13 m2">
        Each lets you in once if you lose the app. Print them or write them down now: they are not shown again, not even
        to you.
      </p>
      <ul class="codes mono" aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div class="row wrap">
        <button type="button" class="btn" onClick={() => window.print()}>
          Print
        </button>
        <button type="button" class="btn" onClick={() => void navigator.clipboard.writeText(codes.join("\n"))}>
          Copy
        </button>
        <button type="button" class="btn primary" onClick={done}>
          I have them
        </button>
      </div>
    </div>
  );
}
