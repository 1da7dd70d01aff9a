import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./Icon";

/** A remark about the thing it stands beside. Errors that block are read out at once. */
export function Note(props: {
  kind?: "info" | "warn" | "danger" | "ok";
  icon: IconName;
  title: string;
  children?: ComponentChildren;
}): JSX.Element {
  const role = props.kind === "danger" ? "alert" : undefined;
  return (
    <div class={`note ${props.kind ?? ""}`} role={role}>
      <Icon name={props.icon} />
      <div class="grow stack s1">
        <p>
          <b class="b">{props.title}</b>
        </p>
        {props.children}
      </div>
    </div>
  );
}
