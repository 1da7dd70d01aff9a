import type { ComponentChildren } from "preact";
import { Icon } from "./icon";

interface Props {
  kind: "plain" | "info" | "warn" | "danger";
  icon?: Parameters<typeof Icon>[0]["name"];
  children: ComponentChildren;
}

const ICONS = { plain: "info", info: "info", warn: "warning", danger: "failed" } as const;

/** A remark about the thing it stands beside. Failures are read out at once. */
export function Note({ kind, icon, children }: Props) {
  return (
    <div class={`note ${kind === "plain" ? "" : kind}`} role={kind === "danger" ? "alert" : undefined}>
      <Icon name={icon ?? ICONS[kind]} />
      <div class="grow">{children}</div>
    </div>
  );
}
