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
}

/** Two to four real radio buttons in a well; arrow keys move between them as everywhere. */
export function SegmentedChoice<T extends string>(props: Props<T>) {
  const { name, label, labelledBy, options, value, onChange, fit = true, disabled = false } = props;
  return (
    <div class={`seg ${fit ? "fit" : ""}`} role="radiogroup" aria-label={label} aria-labelledby={labelledBy}>
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
