import { Icon } from "@ui/icon";
import { SegmentedChoice } from "@ui/segmented-choice";
import type { Grant } from "@wire/grant";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Empty } from "./Empty";
import { Loading } from "./Loading";
import { PageHead } from "./PageHead";
import { ResourceNote } from "./ResourceNote";
import { SitesTable } from "./SitesTable";
import type { ViewProps } from "./ViewProps";

const STATES = ["All", "Allowed", "Blocked"] as const;
type State = (typeof STATES)[number];

/** Who may do what, until when? */
export function SitesView(props: ViewProps): JSX.Element {
  const { grants } = props;
  const [words, setWords] = useState("");
  const [state, setState] = useState<State>("All");
  const all = grants.data ?? [];
  const shown = all.filter((grant) => matches(grant, words, state));
  return (
    <div class="page">
      <PageHead title="Sites">
        <span class="t13 m3">
          {grants.data && `${all.filter((grant) => grant.state !== "blocked").length} allowed`}
        </span>
      </PageHead>
      {grants.error && <ResourceNote error={grants.error} retry={grants.reload} />}
      {all.length > 0 && <Filters {...{ words, setWords, state, setState }} />}
      {shown.length > 0 && <SitesTable {...props} shown={shown} />}
      {all.length > 0 && shown.length === 0 && <p class="t13 m2">No site matches.</p>}
      {grants.data && all.length === 0 && (
        <Empty
          title="No site has asked yet"
          text="A site that calls window.ai has to ask you first. What you answer is listed here."
        >
          <a class="btn" href="/demo">
            Try the demo page
          </a>
        </Empty>
      )}
      {!grants.data && !grants.error && <Loading rows={5} what="sites" />}
    </div>
  );
}

interface FilterProps {
  words: string;
  setWords(words: string): void;
  state: State;
  setState(state: State): void;
}

function Filters({ words, setWords, state, setState }: FilterProps): JSX.Element {
  return (
    <div class="filters">
      <div class="withicon">
        <Icon name="search" />
        <input
          class="in"
          type="search"
          aria-label="Search sites"
          placeholder="Search sites"
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
      </div>
      <SegmentedChoice
        name="state"
        label="Show"
        options={STATES.map((name) => ({ value: name, label: name }))}
        value={state}
        onChange={setState}
        fit={false}
      />
    </div>
  );
}

function matches({ origin, embedder, state }: Grant, words: string, wanted: State): boolean {
  const named = `${origin} ${embedder ?? ""}`.toLowerCase().includes(words.trim().toLowerCase());
  return named && (wanted === "All" || (state === "blocked") === (wanted === "Blocked"));
}
