import type { Said } from "../wire/generation";
import { Note } from "./note";
import { t } from "./t";

/** The question and the answer of a generation that the original Window AI kept. */
export function WhatWasSaid({ said: { asked, answered } }: { said: Said }) {
  return (
    <>
      <Note kind="plain">
        <p>{t("activity_old")}</p>
      </Note>
      <h3 class="h4">{t("activity_saidAsked")}</h3>
      <Words>{asked}</Words>
      <h3 class="h4">{t("activity_saidAnswered")}</h3>
      <Words>{answered ?? "–"}</Words>
    </>
  );
}

function Words({ children }: { children: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <p class="t13 anywhere said" tabIndex={0}>
      {children}
    </p>
  );
}
