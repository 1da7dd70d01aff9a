/** What an object must be told to be asked at all: a translator a pair of languages, and this one everybody has. */
const ASKED: Readonly<Record<string, object>> = {
  Translator: { sourceLanguage: "en", targetLanguage: "es" },
};

/**
 * Ask a browser's own object whether it says that it cannot be used. One that works, that could after a download, or that does not say,
 * is not unavailable; nor is one that the page put in its place while it was asked.
 */
export async function isUnavailable(target: object, name: string): Promise<boolean> {
  const read = () => (target as Record<string, { availability?(options?: object): Promise<string> } | undefined>)[name];
  const own = read();
  try {
    return (await own?.availability?.(ASKED[name])) === "unavailable" && read() === own;
  } catch {
    return false;
  }
}
