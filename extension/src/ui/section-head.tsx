import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Props {
  title: string;
  /** A figure or two beside the title. */
  note?: string;
  children?: ComponentChildren;
}

/** The title of a section; it takes the focus when the section opens. */
export function SectionHead({ title, note, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div class="phead">
      <h1 class="h1" ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {note !== undefined && (
        <span class="t13 m3" role="status">
          {note}
        </span>
      )}
      {children !== undefined && <div class="end">{children}</div>}
    </div>
  );
}
