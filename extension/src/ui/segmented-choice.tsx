import type { ComponentChildren } from "preact";
import { Icon } from "./icon";

interface Option<T extends string> {
  value: T;
  label: ComponentChildren;
  icon?: Parameters<typeof Icon>[0]["name"];
}

interface Props<T extends string> {
  name: string;
  label?: string;
  labelledBy?: string;
  options: readonly Option<T>[];
  value: T | null;
  onChange(value: T): void;
  fit?: boolean;
  disabled?: boolean;
  /** Whether passing over a choice would already do something: arrow keys then move only, and space or enter chooses. */
  acts?: boolean;
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Moves the focus to the next radio button, or chooses the one that has it, as in a toolbar (ARIA practices, "radio group in a toolbar"). */
function step(event: KeyboardEvent) {
  const focused = event.target as HTMLInputElement;
  const radios = [...(event.currentTarget as HTMLElement).querySelectorAll("input")];
  const by = STEPS[event.key];
  if ((by === undefined && event.key !== "Enter") || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (by === undefined) focused.click();
  else radios.at((radios.indexOf(focused) + by) % radios.length)?.focus();
}

/** Two to four real radio buttons in a well; arrow keys move between them. */
export function SegmentedChoice<T extends string>(props: Props<T>) {
  const { name, label, labelledBy, options, value, onChange, fit = true, disabled = false, acts = false } = props;
  return (
    <div
      class={`seg ${fit ? "fit" : ""}`}
      role="radiogroup"
      aria-label={label}
      aria-labelledby={labelledBy}
      onKeyDown={acts ? step : undefined}
    >
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            checked={value === option.value}
            disabled={disabled}
            onChange={() => onChange(option.value)}
          />
          {option.icon !== undefined && <Icon name={option.icon} small />}
          {option.label}
        </label>
      ))}
    </div>
  );
}
