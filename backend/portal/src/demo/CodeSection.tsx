import { Icon } from "@ui/icon";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { highlight } from "./highlight";
import { SNIPPETS } from "./snippets";

const COPIED_MS = 1600;

/** The same page as code, three ways. Every snippet is a file that the tests run. */
export function CodeSection(): JSX.Element {
  const [chosen, choose] = useState(0);
  const snippet = SNIPPETS[chosen] ?? SNIPPETS[0];
  return (
    <section class="stack code-section" aria-labelledby="code">
      <div class="row wrap">
        <h2 class="h4" id="code">
          All the code there is
        </h2>
        <fieldset class="seg end" aria-label="Written for">
          {SNIPPETS.map(({ name }, index) => (
            <button type="button" key={name} aria-pressed={index === chosen} onClick={() => choose(index)}>
              {name}
            </button>
          ))}
        </fieldset>
      </div>
      <section class="code-frame" aria-label={`${snippet.name} example`}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <pre class="code" tabIndex={0}>
          <code>
            {highlight(snippet.code).map(({ text, className }, index) => (
              <span key={index} class={className}>
                {text}
              </span>
            ))}
          </code>
        </pre>
      </section>
      <div class="row top">
        <p class="t12 m2 grow">{snippet.remark}</p>
        <CopyButton text={snippet.code} />
      </div>
      <div class="row wrap t12 m2">
        <span>Errors have stable codes:</span>
        <span class="tag mono">4001 rejected</span>
        <span class="tag mono">4020 over budget</span>
        <span class="tag mono">4900 disconnected</span>
      </div>
    </section>
  );
}

function CopyButton({ text }: { text: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_MS);
  };
  return (
    <button type="button" class="btn sm" onClick={copy}>
      <Icon name={copied ? "check" : "copy"} small />
      {copied ? "Copied" : "Copy"}
    </button>
  );
}
