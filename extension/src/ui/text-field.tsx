import { Icon } from "./icon";

interface Props {
  id: string;
  label: string;
  value: string;
  hint?: string;
  placeholder?: string;
  fault?: string | null;
  mono?: boolean;
  inputMode?: "text" | "decimal" | "numeric";
  onInput(value: string): void;
}

/** A line of text with its label above, and its hint or what is wrong with it below. */
export function TextField(props: Props) {
  const { id, label, value, hint, placeholder, fault = null, mono = false, inputMode = "text", onInput } = props;
  const note = fault ?? hint ?? null;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        class={`in ${mono ? "mono" : ""}`}
        type="text"
        inputMode={inputMode}
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder}
        value={value}
        aria-invalid={fault !== null}
        aria-describedby={note === null ? undefined : `${id}-note`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {note !== null && (
        <p class={`hint ${fault === null ? "" : "err"}`} id={`${id}-note`}>
          {fault !== null && <Icon name="failed" small />}
          <span>{note}</span>
        </p>
      )}
    </div>
  );
}
