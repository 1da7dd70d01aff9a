/** Spell the wishes of a page as OpenAI does (`topP` is `top_p`), and leave out what was not given. */
export function toOpenAIWords(wishes: Record<string, unknown>): Record<string, unknown> {
  const given = Object.entries(wishes).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given.map(([name, value]) => [name.replace(/[A-Z]/g, "_$&").toLowerCase(), value]));
}
