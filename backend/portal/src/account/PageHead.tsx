import type { ComponentChildren, JSX } from "preact";

/** A page's heading; it takes the focus when the page opens. */
export function PageHead({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="phead">
      <h1 class="h1" tabIndex={-1}>
        {title}
      </h1>
      {children}
    </div>
  );
}
