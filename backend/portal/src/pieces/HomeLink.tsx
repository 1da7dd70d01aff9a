import { Wordmark } from "@ui/wordmark";
import type { JSX } from "preact";

/** The mark and the name, leading to a page's start. */
export function HomeLink({ href }: { href: string }): JSX.Element {
  return (
    <a class="home-link" href={href}>
      <Wordmark size={24} />
    </a>
  );
}
