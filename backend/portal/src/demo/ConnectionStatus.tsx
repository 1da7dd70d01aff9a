import type { JSX } from "preact";
import type { Connection } from "./demoState";

const PERMISSION = { granted: "allowed", prompt: "asks first", denied: "blocked" } as const;

/** Say in the page's bar whether the extension is there and what this page may do. */
export function ConnectionStatus({ connection }: { connection: Connection }): JSX.Element {
  const [found, word, on] = facts(connection);
  return (
    <span class="end row t12 m2 status" role="status">
      <span class={on ? "dot" : "dot off"} aria-hidden="true" />
      <span>
        {found && <span class="hide-n">{found} · </span>}
        <span>{word}</span>
      </span>
    </span>
  );
}

function facts(connection: Connection): [found: string, word: string, on: boolean] {
  switch (connection.is) {
    case "looking":
      return ["", "looking for Satchel…", false];
    case "missing":
      return ["", "extension not found", false];
    case "disconnected":
      return ["Extension found", "not connected", false];
    case "ready":
      return ["Extension found", PERMISSION[connection.permission], connection.permission !== "denied"];
  }
}
