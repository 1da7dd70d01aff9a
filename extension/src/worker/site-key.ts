import type { Caller } from "./caller";

/** Names what consent is given to: an origin, alone or inside the page of another. */
export function siteKey({ origin, embedder }: Pick<Caller, "origin" | "embedder">): string {
  return `${origin}|${embedder ?? ""}`;
}
