import { Note } from "@ui/note";
import type { ComponentChildren, JSX } from "preact";
import type { IconName } from "./IconName";

/** A note whose first sentence is bold: what happened, then what to do. */
export function TitledNote(props: {
  kind: "info" | "warn" | "danger";
  icon?: IconName;
  title: string;
  children?: ComponentChildren;
}): JSX.Element {
  return (
    <Note kind={props.kind} {...(props.icon && { icon: props.icon })}>
      <div class="stack s1">
        <p class="b">{props.title}</p>
        {props.children}
      </div>
    </Note>
  );
}
