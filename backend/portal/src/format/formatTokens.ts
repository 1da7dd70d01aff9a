/** Show a token count: exact below 10,000, then three significant digits (`41.2k`, `14.2M`). */
export function formatTokens(tokens: number): string {
  if (tokens < 10_000) return new Intl.NumberFormat("en-US").format(tokens);
  const [divisor, unit] = tokens < 999_500 ? [1e3, "k"] : [1e6, "M"];
  return `${Number((tokens / divisor).toPrecision(3))}${unit}`;
}

/** Show a count with its noun: `1 token`, `61 tokens`. */
export function countOf(count: number, one: string, many: string): string {
  return `${formatTokens(count)} ${new Intl.PluralRules("en").select(count) === "one" ? one : many}`;
}
