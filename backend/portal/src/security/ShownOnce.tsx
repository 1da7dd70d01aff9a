import { Icon } from "@ui/icon";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** A secret's text, this once; what to do with it stands above it. */
export function ShownOnce(props: {
  name: string;
  text: string;
  children: ComponentChildren;
  done(): void;
}): JSX.Element {
  const title = useRef<HTMLHeadingElement>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => title.current?.focus(), []);
  const copy = async () => {
    await navigator.clipboard.writeText(props.text);
    setCopied(true);
  };
  return (
    <div class="card pad stack s3">
      <h3 class="h3" tabIndex={-1} ref={title}>
        {props.name}
      </h3>
      <p class="t13 m2">{props.children}</p>
      <p class="mono t13 wrap-anywhere shown-once">{props.text}</p>
      <div class="row wrap">
        {/* a browser gives no clipboard to a page over plain http from another computer */}
        {window.isSecureContext && (
          <button type="button" class="btn primary" onClick={() => void copy()}>
            <Icon name={copied ? "check" : "copy"} />
            {copied ? "Copied" : "Copy"}
          </button>
        )}
        <button type="button" class="btn quiet" onClick={props.done}>
          I have it
        </button>
      </div>
    </div>
  );
}
