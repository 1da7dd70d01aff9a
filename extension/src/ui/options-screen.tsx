import { useEffect, useState } from "preact/hooks";
import { FirstRunScreen } from "./first-run-screen";
import { LoadState } from "./load-state";
import type { OptionsSection } from "./options-section";
import { OptionsShell } from "./options-shell";
import type { OptionsSource } from "./options-source";
import { SectionActivity } from "./section-activity";
import { SectionCompare } from "./section-compare";
import { SectionKeys } from "./section-keys";
import { SectionModels } from "./section-models";
import { SectionSettings } from "./section-settings";
import { SectionSites } from "./section-sites";
import { useLoaded } from "./use-loaded";
import { useSection } from "./use-section";

interface SectionProps {
  source: OptionsSource;
  /** The row that stands open at first; null for none. */
  item: string | null;
  onChange(): void;
}

const SECTIONS: Record<OptionsSection, (props: SectionProps) => preact.JSX.Element> = {
  models: SectionModels,
  compare: SectionCompare,
  keys: SectionKeys,
  sites: SectionSites,
  activity: SectionActivity,
  settings: SectionSettings,
};

/** The first steps for who is not signed in; for everybody else all that can be looked at and set. */
export function OptionsScreen({ source }: { source: OptionsSource }) {
  const { section, item } = useSection();
  const { value: snapshot, error, busy, reload } = useLoaded(() => source.snapshot());
  const [welcome, setWelcome] = useState<boolean | null>(null);
  useEffect(() => {
    if (snapshot?.connection === "signed_out") setWelcome(true);
    else if (snapshot !== null) setWelcome((before) => before ?? false);
  }, [snapshot]);
  if (snapshot === null) {
    return (
      <main class="page">
        <LoadState waiting error={error} busy={busy} onRetry={reload} />
      </main>
    );
  }
  if (welcome === null) return null;
  const settle = () => {
    setWelcome(false);
    reload();
  };
  if (welcome) return <FirstRunScreen source={source} onSettings={settle} />;
  const Section = SECTIONS[section];
  return (
    <OptionsShell section={section} snapshot={snapshot}>
      <Section key={`${section}/${item}`} source={source} item={item} onChange={reload} />
    </OptionsShell>
  );
}
