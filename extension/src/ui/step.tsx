import type { ComponentChildren } from "preact";
import { Icon } from "./icon";

interface Props {
  number: number;
  state: "done" | "now" | "later";
  title: string;
  hint: ComponentChildren;
  action?: ComponentChildren;
  children?: ComponentChildren;
}

/** One of the first run's steps: done, to do now, or to come. */
export function Step({ number, state, title, hint, action, children }: Props) {
  return (
    <li class={`step ${state}`} aria-current={state === "now" ? "step" : undefined}>
      <header>
        <span class="n">{state === "done" ? <Icon name="check" small /> : number}</span>
        <div class="grow">
          <h2 class={`h3 ${state === "later" ? "m2" : ""}`}>{title}</h2>
          <p class="t12 m3">{hint}</p>
        </div>
        {action}
      </header>
      {children !== undefined && children !== null && children !== false && <div class="body">{children}</div>}
    </li>
  );
}
