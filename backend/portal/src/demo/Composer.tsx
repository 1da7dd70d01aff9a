import { Icon } from "@ui/icon";
import type { JSX } from "preact";
import { useState } from "preact/hooks";

const EXAMPLE = "Explain in three sentences why leaves change colour in autumn.";

/** The question, and the one button that asks or stops. */
export function Composer(props: {
  hint: string;
  able: boolean;
  running: boolean;
  onAsk(text: string): void;
  onStop(): void;
}): JSX.Element {
  const [text, setText] = useState(EXAMPLE);
  const empty = text.trim() === "";
  const ask = () => {
    if (props.able && !props.running && !empty) props.onAsk(text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) ask();
  };
  const onSubmit = (event: Event) => {
    event.preventDefault();
    if (props.running) props.onStop();
    else ask();
  };
  return (
    <form class="composer" onSubmit={onSubmit}>
      <textarea
        id="question"
        rows={3}
        aria-label="Your question"
        aria-keyshortcuts="Control+Enter Meta+Enter"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div class="tools">
        <span class="t12 m3 hint-line" id="composer-hint">
          {props.hint}
        </span>
        {props.running ? (
          <button type="submit" class="btn sm end" key="stop">
            <Icon name="stop" small />
            Stop
          </button>
        ) : (
          <button
            type="submit"
            class="btn sm primary end"
            key="ask"
            aria-disabled={!props.able || empty}
            aria-describedby="composer-hint"
          >
            Ask
          </button>
        )}
      </div>
    </form>
  );
}
