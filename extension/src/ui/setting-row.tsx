import type { ComponentChildren } from "preact";

interface Props {
  /** The control is labelled by `<id>-title` and described by `<id>-hint`. */
  id: string;
  title: string;
  hint?: string;
  children: ComponentChildren;
}

/** One setting: what it is, what it does, and the control at the end. */
export function SettingRow({ id, title, hint, children }: Props) {
  return (
    <div class="setting">
      <div class="words">
        <p class="t13 b" id={`${id}-title`}>
          {title}
        </p>
        {hint !== undefined && (
          <p class="t12 m3" id={`${id}-hint`}>
            {hint}
          </p>
        )}
      </div>
      {children}
    </div>
  );
}
