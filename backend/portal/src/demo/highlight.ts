/** A piece of code with the class it is shown in; no class is plain text. */
export interface Token {
  text: string;
  className?: "tok-k" | "tok-s" | "tok-c" | "tok-f";
}

const KEYWORDS = "import|from|const|new|await|for|of|if|async|function|return";
const PATTERN = new RegExp(
  [
    "(?<c>//.*)",
    String.raw`(?<s>"[^"\n]*"|\x60[^\x60]*\x60)`,
    String.raw`(?<k>\b(?:${KEYWORDS})\b)`,
    String.raw`(?<f>\b[A-Za-z_]\w*(?=\())`,
  ].join("|"),
  "g",
);

/** Split JavaScript into tokens; their texts, joined, are the code again. */
export function highlight(code: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of code.matchAll(PATTERN)) {
    if (match.index > end) tokens.push({ text: code.slice(end, match.index) });
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0];
    tokens.push({ text: match[0], className: `tok-${kind}` as NonNullable<Token["className"]> });
    end = match.index + match[0].length;
  }
  if (end < code.length) tokens.push({ text: code.slice(end) });
  return tokens;
}
