import type { ComponentChildren } from "preact";

interface Props {
  title: string;
  text: string;
  children?: ComponentChildren;
}

/** Why there is nothing, and one thing to do about it. */
export function EmptyCard({ title, text, children }: Props) {
  return (
    <div class="card">
      <div class="empty">
        <p class="h3 ink">{title}</p>
        <p>{text}</p>
        {children}
      </div>
    </div>
  );
}
