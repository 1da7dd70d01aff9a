import { formatTokens } from "@ui/format-tokens";

/** Show a count with its noun: `1 token`, `61 tokens`. */
export function countOf(count: number, one: string, many: string): string {
  return `${formatTokens(count)} ${new Intl.PluralRules("en").select(count) === "one" ? one : many}`;
}
