import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./icon";
import { t } from "./t";

interface Props {
  id: string;
  label: string;
  value: string;
  hint: ComponentChildren;
  fault?: string | null;
  /** Whether it takes the focus when it appears. */
  focus?: boolean;
  onInput(value: string): void;
}

/** A key on its way to the vault: masked, never offered to a password manager. */
export function KeySecretField({ id, label, value, hint, fault = null, focus = false, onInput }: Props) {
  const [shown, show] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focus) input.current?.focus();
  }, []);
  const attributes = {
    ref: input,
    id,
    class: "in mono secret",
    autocomplete: "off",
    spellcheck: false,
    "data-1p-ignore": true,
    "data-lpignore": "true",
    "aria-invalid": fault !== null,
    "aria-describedby": `${id}-note`,
    value,
    onInput: (event: { currentTarget: HTMLInputElement }) => onInput(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="withicon">
        <Icon name="key" />
        {shown ? <input type="text" {...attributes} /> : <input type="password" {...attributes} />}
        <span class="tail">
          <button
            type="button"
            class="btn icon sm quiet"
            aria-label={shown ? t("keys_hide") : t("keys_show")}
            onClick={() => show(!shown)}
          >
            <Icon name={shown ? "hide" : "show"} />
          </button>
        </span>
      </div>
      <p class={`hint ${fault === null ? "" : "err"}`} id={`${id}-note`}>
        {fault ?? hint}
      </p>
    </div>
  );
}
