import type { JSX } from "preact";
import { TitledNote } from "../pieces/TitledNote";
import type { Connection } from "./demoState";

/** What to do when the page cannot ask; nothing when it can. */
export function ConnectionNote({ connection }: { connection: Connection }): JSX.Element | null {
  switch (connection.is) {
    case "missing":
      return <InstallNote />;
    case "disconnected":
      return (
        <TitledNote kind="warn" icon="warning" title="Satchel is installed, but not connected.">
          <p>Open it in the toolbar and connect it to your backend. This page notices by itself.</p>
        </TitledNote>
      );
    case "ready":
      return connection.permission === "denied" ? (
        <TitledNote kind="warn" icon="block" title="You blocked this page.">
          <p>Set it to Ask in Satchel’s popup to try it. A blocked page is told no at once.</p>
        </TitledNote>
      ) : null;
    case "looking":
      return null;
  }
}

function InstallNote(): JSX.Element {
  return (
    <TitledNote kind="info" icon="info" title="Satchel is not installed in this browser.">
      <p>
        <code class="mono">make run</code> has built it into <code class="mono">extension/.output</code>.
      </p>
      <ul class="dashes">
        <li>
          Chrome, Edge, Brave: open <code class="mono">chrome://extensions</code>, switch on Developer mode, press “Load
          unpacked” and choose <code class="mono">chrome-mv3</code>.
        </li>
        <li>
          Firefox: open <code class="mono">about:debugging#/runtime/this-firefox</code>, press “Load Temporary Add-on”
          and choose <code class="mono">firefox-mv3/manifest.json</code>.
        </li>
      </ul>
      <p>
        <button type="button" class="btn sm" onClick={() => location.reload()}>
          Reload this page
        </button>
      </p>
    </TitledNote>
  );
}
