import type { JSX } from "preact";
import { hostOf, lettersOf, tintOf } from "../format/monogram";

/** The monogram of a site, in its tint. */
export function SiteTile({ origin }: { origin: string }): JSX.Element {
  return (
    <span class={`mg sm ${tintOf(origin)}`} aria-hidden="true">
      {lettersOf(hostOf(origin).replace(/^\w+:\/\//, ""))}
    </span>
  );
}

/** The monogram of anything else; neutral on purpose. */
export function PlainTile({ name }: { name: string }): JSX.Element {
  return (
    <span class="mg sm" aria-hidden="true">
      {lettersOf(name)}
    </span>
  );
}
