const HIDDEN = "[hidden]";

/** What a server of this computer may tell of the person: who they are here, where they are, and what opens something. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:sk|pk|rk|gsk|hf|sat|xai)[-_][\w.+/=~-]{12,}/gi, HIDDEN],
  [/\b(bearer|basic)\s+[^\s'",;]{6,}/gi, `$1 ${HIDDEN}`],
  [/[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}/g, HIDDEN],
  [/((?:\/(?:home|Users)\/|[a-z]:\\Users\\))[^/\\\s'"]+/gi, `$1${HIDDEN}`],
  [/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g, HIDDEN],
];

/** A local server's words without them: the page that asked reads them. The backend does the same with what providers say. */
export function withoutAccountFacts(text: string): string {
  return PATTERNS.reduce((left, [pattern, put]) => left.replace(pattern, put), text);
}
