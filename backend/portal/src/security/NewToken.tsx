import { Icon } from "@ui/icon";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** A token's text, this once. */
export function NewToken({ name, text, done }: { name: string; text: string; done(): void }): JSX.Element {
  const title = useRef<HTMLHeadingElement>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => title.current?.focus(), []);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <div class="card pad stack s3">
      <h3 class="h3" tabIndex={-1} ref={title}>
        {name}
      </h3>
      <p class="t13 m2">Copy it now: it is not shown again, not even to you.</p>
      <p class="mono t13 wrap-anywhere new-token">{text}</p>
      <div class="row wrap">
        <button type="button" class="btn primary" onClick={() => void copy()}>
          <Icon name={copied ? "check" : "copy"} />
          {copied ? "Copied" : "Copy"}
        </button>
        <button type="button" class="btn quiet" onClick={done}>
          I have it
        </button>
      </div>
    </div>
  );
}
