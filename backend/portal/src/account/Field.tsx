import { Icon } from "@ui/icon";
import type { ComponentChildren, JSX } from "preact";

/** A line of text with its label above and its hint or fault below. */
export function Field(props: {
  id: string;
  label: string;
  value: string;
  inputMode?: "text" | "url";
  hint?: string;
  placeholder?: string;
  fault?: string | undefined;
  onInput(value: string): void;
}): JSX.Element {
  const { id, fault, hint } = props;
  const note = `${id}-note`;
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        class="in"
        type="text"
        inputMode={props.inputMode ?? "text"}
        autocomplete="off"
        spellcheck={false}
        placeholder={props.placeholder}
        value={props.value}
        aria-invalid={fault ? "true" : undefined}
        aria-describedby={fault || hint ? note : undefined}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      <FieldNote id={note} fault={fault} hint={hint} />
    </div>
  );
}

/** What stands below a field: what is wrong with it, else its hint. */
export function FieldNote(props: {
  id: string;
  fault: string | undefined;
  hint?: ComponentChildren;
}): JSX.Element | null {
  if (props.fault) {
    return (
      <p class="hint err" id={props.id}>
        <Icon name="failed" small />
        <span>{props.fault}</span>
      </p>
    );
  }
  return props.hint ? (
    <p class="hint" id={props.id}>
      {props.hint}
    </p>
  ) : null;
}
