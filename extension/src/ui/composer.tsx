import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { Icon } from "./icon";
import { t } from "./t";

interface Props {
  value: string;
  label: string;
  placeholder: string;
  busy: boolean;
  /** What stands left of the button: the model, or what it may cost. */
  children: ComponentChildren;
  onInput(value: string): void;
  onSend(): void;
}

/** A field for a question. Enter sends, Shift+Enter makes a new line. */
export function Composer({ value, label, placeholder, busy, children, onInput, onSend }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const send = () => {
    if (busy || value.trim() === "") return;
    onSend();
    field.current?.focus();
  };
  return (
    <div class="composer">
      <textarea
        ref={field}
        rows={2}
        aria-label={label}
        placeholder={placeholder}
        dir="auto"
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <div class="tools">
        {children}
        <button
          type="button"
          class="btn icon sm primary end"
          aria-label={t("chat_send")}
          aria-disabled={busy || value.trim() === ""}
          onClick={send}
        >
          <Icon name="send" />
        </button>
      </div>
    </div>
  );
}
