import type { ComponentChildren, JSX } from "preact";

/** Why there is nothing, and one thing to do about it. */
export function Empty({
  title,
  text,
  children,
}: {
  title: string;
  text: string;
  children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="card">
      <div class="empty">
        <p class="h3 empty-title">{title}</p>
        <p>{text}</p>
        {children}
      </div>
    </div>
  );
}
