import { useEffect, useState } from "preact/hooks";
import { Icon } from "./icon";
import { t } from "./t";

interface Props {
  text: string;
  label: string;
}

const SAID_MS = 2000;

/** Copies a text as it came, and says whether that worked. */
export function CopyButton({ text, label }: Props) {
  const [end, setEnd] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (end === null) return;
    const timer = setTimeout(() => setEnd(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [end]);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setEnd("copied"),
      () => setEnd("failed"),
    );
  return (
    <span class="copy">
      <button type="button" class="btn sm quiet" onClick={() => void copy()}>
        <Icon name={end === "copied" ? "check" : "copy"} small />
        {end === null ? label : t(`copy_${end}`)}
      </button>
      <span class="sr" role="status">
        {end !== null && t(`copy_${end}`)}
      </span>
    </span>
  );
}
