import { t } from "./t";

/** What the site would send, word for word, for whoever wants to read it first. */
export function ConsentRequest({ text }: { text: string }) {
  if (text === "") return null;
  return (
    <details class="request">
      <summary>{t("consent_viewRequest")}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys must be able to scroll it */}
      <pre tabIndex={0}>{text}</pre>
    </details>
  );
}
