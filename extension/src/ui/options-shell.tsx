import type { ComponentChildren } from "preact";
import type { Snapshot } from "../wire/snapshot";
import { focusMain } from "./focus-main";
import { Icon } from "./icon";
import { OptionsSection } from "./options-section";
import { t } from "./t";
import { Wordmark } from "./wordmark";

interface Props {
  section: OptionsSection;
  snapshot: Snapshot | null;
  children: ComponentChildren;
}

const ICONS = {
  models: "models",
  compare: "playground",
  keys: "key",
  sites: "globe",
  activity: "activity",
  settings: "settings",
} as const;

/** Navigation around a section: a column on wide screens, a bar on top and one below on narrow ones. */
export function OptionsShell({ section, snapshot, children }: Props) {
  return (
    <>
      <button type="button" class="skip btn" onClick={focusMain}>
        {t("options_skip")}
      </button>
      <header class="topbar">
        <Wordmark />
        <div class="end">
          <ConnectionState snapshot={snapshot} />
        </div>
      </header>
      <div class="shell">
        <nav class="side" aria-label={t("options_nav")}>
          <div class="top">
            <Wordmark />
          </div>
          <Links section={section} class="nav" />
          <div class="acct stack s1 acctwords">
            <ConnectionState snapshot={snapshot} />
            <span class="t12 m3 cut">{snapshot?.account?.email ?? ""}</span>
          </div>
        </nav>
        <main class="main" id="main" tabIndex={-1}>
          <div class="page">{children}</div>
        </main>
      </div>
      <nav class="botbar" aria-label={t("options_navShort")}>
        <Links section={section} without="compare" />
      </nav>
    </>
  );
}

interface LinksProps {
  section: OptionsSection;
  class?: string;
  /** The bar of narrow screens has room for five; its page is reached from another. */
  without?: OptionsSection;
}

function Links({ section, class: look, without }: LinksProps) {
  return (
    <>
      {OptionsSection.NAMES.filter((name) => name !== without).map((name) => (
        <a key={name} class={look} href={`#${name}`} aria-current={name === section ? "page" : undefined}>
          <Icon name={ICONS[name]} />
          <span>{t(`options_${name}`)}</span>
        </a>
      ))}
    </>
  );
}

function ConnectionState({ snapshot }: { snapshot: Snapshot | null }) {
  if (snapshot === null) return null;
  const connected = snapshot.connection === "connected" && !snapshot.paused;
  return (
    <span class="row g15 t12 m2">
      <span class={`dot ${connected ? "" : "off"}`} aria-hidden="true" />
      {snapshot.paused ? t("popup_paused") : t(`first_status_${snapshot.connection}`)}
    </span>
  );
}
